"""The Python side of Dyad's environments in Python (docs/python.md): one child process, one or more instances of a task.

It speaks frames on the pipes of its standard input and output: a little-endian uint32 length, one byte that says what the frame is,
and the rest. Needs Python 3.8 and NumPy. What the task prints goes to standard error.
"""

import ast
import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import pickle
import random
import signal
import struct
import sys
import traceback

VERSION = 1


class Refusal(Exception):
    """A sentence for the user."""


def die_with_parent():
    # A closed pipe ends the child too, but not while the task computes or hangs.
    if sys.platform.startswith("linux"):
        import ctypes

        try:
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        except (OSError, AttributeError):
            pass


def kind_of(space):
    # By name, so that a task needs the interface of Gymnasium's spaces and not the package.
    for cls in type(space).__mro__:
        if cls.__name__ in ("Box", "Discrete", "MultiDiscrete", "MultiBinary", "Dict", "Tuple"):
            return cls.__name__
    raise Refusal(f"a space is a {type(space).__name__}; it must be a Box, Discrete, MultiDiscrete, MultiBinary, Dict or Tuple")


def parts_of(space):
    # A Dict or Tuple as (key, space) in the order of the space.
    spaces = space.spaces
    return list(spaces.items()) if kind_of(space) == "Dict" else list(enumerate(spaces))


def bounds_of(space, what):
    """Lower and upper bounds of a space as a flat vector: one number a component, a one-hot vector for a choice."""
    kind = kind_of(space)
    if kind == "Box":
        shape = tuple(space.shape)
        low = np.broadcast_to(np.asarray(space.low, np.float64), shape).ravel()
        high = np.broadcast_to(np.asarray(space.high, np.float64), shape).ravel()
        return low, high
    if kind in ("Dict", "Tuple"):
        parts = [bounds_of(part, what) for _, part in parts_of(space)]
        if not parts:
            raise Refusal(f"the {what} space is an empty {kind}")
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    size = {"Discrete": lambda: int(space.n), "MultiDiscrete": lambda: int(np.sum(space.nvec)), "MultiBinary": lambda: int(np.prod(space.n))}[kind]()
    return np.zeros(size), np.ones(size)


def flattener(space):
    """What writes a value of a space into a slice of a flat vector."""
    kind = kind_of(space)
    if kind == "Box":
        size = int(np.prod(space.shape, dtype=np.int64))

        def box(value, out):
            flat = np.asarray(value, np.float64).reshape(-1)
            if flat.size != size:
                raise Refusal(f"an observation has {flat.size} numbers, and its space {size}")
            out[:] = flat

        return box
    if kind == "Discrete":
        count, start = int(space.n), int(getattr(space, "start", 0))

        def discrete(value, out):
            index = int(value) - start
            if not 0 <= index < count:
                raise Refusal(f"an observation is {value}; it must be from {start} to {start + count - 1}")
            out[:] = 0
            out[index] = 1

        return discrete
    if kind == "MultiDiscrete":
        counts = [int(n) for n in np.asarray(space.nvec).ravel()]
        starts = np.broadcast_to(np.asarray(getattr(space, "start", 0)), (len(counts),))

        def several(value, out):
            out[:] = 0
            first = 0
            for number, count, start in zip(np.asarray(value).ravel(), counts, starts):
                out[first + int(number) - int(start)] = 1
                first += count

        return several
    if kind == "MultiBinary":

        def binary(value, out):
            out[:] = np.asarray(value, np.float64).reshape(-1)

        return binary
    parts, first = [], 0
    for key, part in parts_of(space):
        size = len(bounds_of(part, "observation")[0])
        parts.append((key, flattener(part), first, first + size))
        first += size

    def composed(value, out):
        for key, write, begin, end in parts:
            write(value[key], out[begin:end])

    return composed


def choices_of(space):
    """The numbers of choices behind an action of choices alone; None where a part is a Box."""
    kind = kind_of(space)
    if kind == "Discrete":
        return [int(space.n)]
    if kind == "MultiDiscrete":
        return [int(n) for n in np.asarray(space.nvec).ravel()]
    if kind == "MultiBinary":
        return [2] * int(np.prod(space.n))
    if kind == "Box":
        return None
    counts = []
    for _, part in parts_of(space):
        inner = choices_of(part)
        if inner is None:
            return None
        counts += inner
    return counts


def from_choices(space):
    """What makes an action of a list of choices, which it takes from the front."""
    kind = kind_of(space)
    if kind == "Discrete":
        start = int(getattr(space, "start", 0))
        plain = start == 0
        return lambda choices: choices.pop(0) if plain else choices.pop(0) + start
    if kind == "MultiDiscrete":
        nvec = np.asarray(space.nvec)
        dtype = getattr(space, "dtype", np.int64) or np.int64
        start = np.asarray(getattr(space, "start", 0))
        return lambda choices: (np.array([choices.pop(0) for _ in range(nvec.size)]).reshape(nvec.shape) + start).astype(dtype)
    if kind == "MultiBinary":
        shape = getattr(space, "shape", None) or (int(space.n),)
        return lambda choices: np.array([choices.pop(0) for _ in range(int(np.prod(shape)))], np.int8).reshape(shape)
    parts = [(key, from_choices(part)) for key, part in parts_of(space)]
    if kind == "Dict":
        return lambda choices: {key: make(choices) for key, make in parts}
    return lambda choices: tuple(make(choices) for _, make in parts)


def from_box(space):
    """What makes an action of a flat vector, with the number of components that it takes."""
    kind = kind_of(space)
    if kind == "Box":
        shape, dtype = tuple(space.shape), np.dtype(getattr(space, "dtype", None) or np.float32)
        size = int(np.prod(shape, dtype=np.int64))
        if dtype.kind in "iub":
            return lambda vector: np.rint(vector).reshape(shape).astype(dtype), size
        return lambda vector: vector.reshape(shape).astype(dtype), size
    if kind not in ("Dict", "Tuple"):
        raise Refusal("the action space has real components and choices; it must have one of the two")
    parts, first = [], 0
    for key, part in parts_of(space):
        make, size = from_box(part)
        parts.append((key, make, first, first + size))
        first += size
    if kind == "Dict":
        return lambda vector: {key: make(vector[a:b]) for key, make, a, b in parts}, first
    return lambda vector: tuple(make(vector[a:b]) for _, make, a, b in parts), first


def observation_codec(space):
    """A description of the space, and what gives a value's bytes."""
    if kind_of(space) == "Discrete":
        start, pack = int(getattr(space, "start", 0)), struct.Struct("<d").pack
        return {"kind": "discrete", "count": int(space.n)}, lambda value: pack(float(int(value) - start))
    low, high = bounds_of(space, "observation")
    if kind_of(space) == "Box":
        size = low.size

        def box(value):
            flat = np.asarray(value, np.float64)
            if flat.size != size:
                raise Refusal(f"an observation has {flat.size} numbers, and its space {size}")
            return flat.tobytes()

        return {"kind": "box", "low": list(map(text_of, low)), "high": list(map(text_of, high))}, box
    buffer, write = np.zeros(low.size), flattener(space)

    def composed(value):
        write(value, buffer)
        return buffer.tobytes()

    return {"kind": "box", "low": list(map(text_of, low)), "high": list(map(text_of, high))}, composed


def action_codec(space):
    """A description of the space, and what makes a value of its bytes."""
    counts = choices_of(space)
    if counts is None:
        low, high = bounds_of(space, "action")
        make, size = from_box(space)
        return {"kind": "box", "low": list(map(text_of, low)), "high": list(map(text_of, high))}, lambda raw: make(np.frombuffer(raw, np.float64)), 8 * size
    make = from_choices(space)
    if len(counts) == 1:
        unpack = struct.Struct("<d").unpack
        return {"kind": "discrete", "count": counts[0]}, lambda raw: make([int(unpack(raw)[0])]), 8
    unpack_all = struct.Struct(f"<{len(counts)}d").unpack
    return {"kind": "choices", "counts": counts}, lambda raw: make([int(number) for number in unpack_all(raw)]), 8 * len(counts)


def text_of(number):
    # JSON has no infinities.
    return float(number) if np.isfinite(number) else str(float(number))


def keywords_of(query):
    keywords = {}
    for part in query.split("&") if query else []:
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise Refusal(f"'{part}' is no key=value")
        try:
            keywords[key] = {"true": True, "false": False, "null": None}[value] if value in ("true", "false", "null") else ast.literal_eval(value)
        except (ValueError, SyntaxError):
            keywords[key] = value
    return keywords


def make_factory(kind, target, query, folder):
    """What makes an instance of the task, and the file that it is defined in."""
    keywords = keywords_of(query)
    if folder:
        sys.path.insert(0, folder)
    if kind == "gymnasium":
        try:
            import gymnasium
        except ImportError as error:
            raise Refusal(f"Python at '{sys.executable}' has no Gymnasium ({error}): install it there, or let DYAD_PYTHON name a Python that has it")
        return lambda: gymnasium.make(target, **keywords)
    module_name, _, attribute = target.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(error.name + ".")):
            raise Refusal(f"there is no Python module '{module_name}' in '{folder or os.getcwd()}' or on Python's path")
        raise
    factory = module
    for name in attribute.split("."):
        if not hasattr(factory, name):
            known = [key for key, value in vars(factory).items() if callable(value) and getattr(value, "__module__", None) == module_name]
            raise Refusal(f"the Python module '{module_name}' has no '{attribute}'" + (f"; there are {', '.join(sorted(known)[:8])}" if known else ""))
        factory = getattr(factory, name)
    if not callable(factory):
        raise Refusal(f"'{attribute}' of the Python module '{module_name}' cannot be called; it must be a class or function that makes a task")
    return lambda: factory(**keywords)


def layers_of(env):
    while env is not None:
        yield env
        env = env.__dict__.get("env") if hasattr(env, "__dict__") else None


def base_of(env):
    return list(layers_of(env))[-1]


def limit_of(env):
    for layer in layers_of(env):
        limit = vars(layer).get("_max_episode_steps") if hasattr(layer, "__dict__") else None
        if isinstance(limit, int):
            return limit
    limit = getattr(getattr(env, "spec", None), "max_episode_steps", None)
    return limit if isinstance(limit, int) else None


def plain_state(layer, without):
    # What of a layer can be pickled, but for the layer below and what is restored by other means.
    state = {}
    for key, value in vars(layer).items():
        if key in without:
            continue
        try:
            pickle.dumps(value)
        except Exception:
            continue
        state[key] = value
    return state


def close(env):
    try:
        env.close()
    except Exception:
        # It is done with either way, and some tasks have nothing to close.
        pass


class Instance:
    """One task, and its state as bytes."""

    NONE, OWN, MUJOCO, PICKLE = range(4)

    def __init__(self, make):
        self.env = make()
        self.kind = None

    def reset(self, seed):
        result = self.env.reset() if seed is None else self.env.reset(seed=seed)
        if not isinstance(result, tuple) or len(result) != 2:
            raise Refusal("reset must return an observation and a dict, as in Gymnasium")
        return result[0]

    def get_state(self):
        shared = (random.getstate(), np.random.get_state())
        if self.kind is None:
            self.kind = self.find_kind()
        if self.kind == self.NONE:
            return self.kind, b""
        if self.kind == self.PICKLE:
            return self.kind, pickle.dumps((shared, self.env), protocol=4)
        base = base_of(self.env)
        own = base.get_state() if self.kind == self.OWN else self.mujoco_state(base)
        layers = [plain_state(layer, ("env", "data", "model", "_data", "_model", "viewer")) for layer in layers_of(self.env)]
        if self.kind == self.OWN:
            # The task's own state is its own affair, but its random stream is Gymnasium's.
            layers[-1] = {key: value for key, value in layers[-1].items() if key in ("_np_random", "_np_random_seed")}
        return self.kind, pickle.dumps((shared, own, layers), protocol=4)

    def set_state(self, kind, data):
        self.kind = kind
        if kind == self.PICKLE:
            shared, env = pickle.loads(data)
            close(self.env)
            self.env = env
        else:
            shared, own, layers = pickle.loads(data)
            for layer, state in zip(layers_of(self.env), layers):
                vars(layer).update(state)
            base = base_of(self.env)
            if kind == self.OWN:
                base.set_state(own)
            else:
                self.set_mujoco_state(base, own)
        random.setstate(shared[0])
        np.random.set_state(shared[1])

    def find_kind(self):
        base = base_of(self.env)
        if callable(getattr(base, "get_state", None)) and callable(getattr(base, "set_state", None)):
            return self.OWN
        if hasattr(getattr(base, "data", None), "qpos") and hasattr(base, "model"):
            return self.MUJOCO
        try:
            pickle.loads(pickle.dumps(self.env, protocol=4))
            return self.PICKLE
        except Exception:
            return self.NONE

    MUJOCO_FIELDS = ("qpos", "qvel", "act", "qacc_warmstart", "ctrl", "mocap_pos", "mocap_quat")

    def mujoco_state(self, base):
        return float(base.data.time), {key: np.array(getattr(base.data, key)) for key in self.MUJOCO_FIELDS if hasattr(base.data, key)}

    def set_mujoco_state(self, base, state):
        import mujoco

        mujoco.mj_resetData(base.model, base.data)
        base.data.time = state[0]
        for key, value in state[1].items():
            getattr(base.data, key)[...] = value
        warm = np.array(base.data.qacc_warmstart)
        mujoco.mj_forward(base.model, base.data)
        base.data.qacc_warmstart[...] = warm


def fingerprint_of(env, kind):
    # Changes with the file that defines the task; for a package's task, with the package too.
    digest = hashlib.sha256()
    path = None
    try:
        path = inspect.getsourcefile(type(base_of(env)))
        with open(path, "rb") as file:
            digest.update(file.read())
    except (TypeError, OSError):
        digest.update(type(base_of(env)).__qualname__.encode())
    if kind == "gymnasium":
        digest.update(version_of("gymnasium").encode())
    return digest.hexdigest()[:16]


def version_of(name):
    module = sys.modules.get(name)
    return str(getattr(module, "__version__", "")) if module else ""


def folder_of(module):
    # Where Python finds the module from any working directory.
    path = os.path.abspath(module.__file__) if getattr(module, "__file__", None) else ""
    if not path:
        return ""
    for _ in range(module.__name__.count(".") + (2 if os.path.basename(path).startswith("__init__.") else 1)):
        path = os.path.dirname(path)
    return path


class Bridge:
    def __init__(self, inward, outward):
        self.inward, self.outward, self.rest = inward, outward, b""
        self.instances = []
        self.encode = self.decode = None
        self.action_bytes = 0
        self.handlers = {b"H": self.hello, b"R": self.reset, b"S": self.step, b"B": self.batch, b"G": self.get, b"P": self.put, b"V": self.versions}
        self.result = struct.Struct("<Bd")

    def read(self):
        """The next frame; None where the other side has gone."""
        rest = self.rest
        while len(rest) < 4 or len(rest) < 4 + int.from_bytes(rest[:4], "little"):
            more = os.read(self.inward, 1 << 16)
            if not more:
                return None
            rest = rest + more if rest else more
        end = 4 + int.from_bytes(rest[:4], "little")
        self.rest = rest[end:]
        return rest[4:end]

    def write(self, kind, payload):
        data = (1 + len(payload)).to_bytes(4, "little") + kind + payload
        while data:
            data = data[os.write(self.outward, data):]

    def serve(self):
        while True:
            frame = self.read()
            if frame is None or frame[:1] == b"Q":
                break
            try:
                answer = self.handlers[frame[:1]](frame[1:])
            except Refusal as error:
                self.write(b"E", str(error).encode("utf-8", "replace"))
            except BaseException as error:
                # The whole story goes to standard error; the sentence has its last line.
                traceback.print_exc()
                where = traceback.extract_tb(error.__traceback__)
                place = f" ({os.path.basename(where[-1].filename)}, line {where[-1].lineno})" if where and where[-1].filename != "<string>" else ""
                self.write(b"E", f"{type(error).__name__}: {error}{place}".encode("utf-8", "replace"))
            else:
                self.write(b"O", answer)
        for instance in self.instances:
            close(instance.env)

    def hello(self, payload):
        request = json.loads(payload)
        if request["version"] != VERSION:
            raise Refusal(f"the bridge is of version {VERSION}, and Dyad asks for {request['version']}")
        make = make_factory(request["kind"], request["target"], request.get("query", ""), request.get("folder", ""))
        for _ in range(request["count"]):
            self.instances.append(Instance(make))
        env = self.instances[0].env
        for name in ("observation_space", "action_space", "reset", "step"):
            if not hasattr(env, name):
                raise Refusal(f"what '{request['target']}' makes is a {type(env).__name__} without '{name}'; it must have Gymnasium's interface")
        observations, self.encode = observation_codec(env.observation_space)
        actions, self.decode, self.action_bytes = action_codec(env.action_space)
        module = sys.modules.get(request["target"].partition(":")[0])
        return json.dumps({
            "version": VERSION,
            "python": ".".join(map(str, sys.version_info[:3])),
            "numpy": np.__version__,
            "gymnasium": version_of("gymnasium"),
            "mujoco": version_of("mujoco"),
            "folder": folder_of(module) if request["kind"] == "py" else "",
            "fingerprint": fingerprint_of(env, request["kind"]),
            "limit": limit_of(env),
            "layers": [type(layer).__name__ for layer in layers_of(env)],
            "observations": observations,
            "actions": actions,
        }).encode()

    def versions(self, payload):
        parts = ["Python " + ".".join(map(str, sys.version_info[:3])), "NumPy " + np.__version__]
        try:
            import gymnasium

            parts.append("Gymnasium " + gymnasium.__version__)
        except ImportError:
            parts.append("no Gymnasium")
        return ", ".join(parts).encode()

    def reset(self, payload):
        index, has_seed, seed = struct.unpack("<IBQ", payload)
        if has_seed:
            # A task that draws from the streams of the whole process is repeatable too.
            random.seed(seed)
            np.random.seed(seed & 0xFFFFFFFF)
        return self.encode(self.instances[index].reset(seed if has_seed else None))

    def advance(self, instance, raw):
        result = instance.env.step(self.decode(raw))
        if not isinstance(result, tuple) or len(result) != 5:
            raise Refusal("step must return five values: observation, reward, terminated, truncated, info, as in Gymnasium")
        observation, reward, terminated, truncated, _ = result
        return self.result.pack((1 if terminated else 0) | (2 if truncated else 0), float(reward)) + self.encode(observation)

    def step(self, payload):
        return self.advance(self.instances[int.from_bytes(payload[:4], "little")], payload[4:])

    def batch(self, payload):
        size = self.action_bytes
        return b"".join([self.advance(instance, payload[i * size:(i + 1) * size]) for i, instance in enumerate(self.instances)])

    def get(self, payload):
        kind, data = self.instances[int.from_bytes(payload, "little")].get_state()
        return bytes([kind]) + data

    def put(self, payload):
        self.instances[int.from_bytes(payload[:4], "little")].set_state(payload[4], payload[5:])
        return b""


def main():
    die_with_parent()
    # Ctrl-C in a terminal reaches this process too; Dyad decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    # Whatever the task prints goes to standard error, also from compiled code, and it reads nothing.
    inward, outward = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    bridge = Bridge(inward, outward)
    global np
    try:
        import numpy
    except ImportError:
        bridge.read()
        bridge.write(b"E", f"Python at '{sys.executable}' has no NumPy, which the bridge needs: install it there, or let DYAD_PYTHON name a Python that has it".encode())
        return
    np = numpy
    bridge.serve()


main()
