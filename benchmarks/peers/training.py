"""Whole training steps in PyTorch: act, step the environment, keep the transition, draw a batch, update. The environments are
Gymnasium's definitions: HalfCheetah-v4 on the same MuJoCo library (2.2.2, whose layout this reads by offset) and model, and
Pendulum-v1.
"""
import ctypes
import math
import pathlib

import numpy as np
import torch

MODEL = pathlib.Path(__file__).parents[2] / "models" / "half_cheetah.xml"
CAPACITY = 1_000_000
START = 1000


class HalfCheetah:
    observation_size, action_size, limit = 17, 6, 1000
    QPOS, QVEL, CTRL, NQ, NV, NU = 40376, 40384, 40408, 9, 9, 6
    STEP_SECONDS, FRAME_SKIP = 0.05, 5

    def __init__(self):
        self.library = ctypes.CDLL("libmujoco.so.2.2.2")
        if self.library.mj_version() != 222:
            raise OSError("not MuJoCo 2.2.2")
        for name, arguments in (("mj_loadXML", 4), ("mj_makeData", 1)):
            function = getattr(self.library, name)
            function.restype, function.argtypes = ctypes.c_void_p, [ctypes.c_void_p] * arguments
        for name in ("mj_resetData", "mj_forward", "mj_step"):
            getattr(self.library, name).argtypes = [ctypes.c_void_p] * 2
        path = ctypes.create_string_buffer(str(MODEL).encode())
        self.model = self.library.mj_loadXML(ctypes.addressof(path), None, None, None)
        if not self.model:
            raise OSError(f"MuJoCo does not load {MODEL}")
        self.data = self.library.mj_makeData(self.model)
        self.qpos, self.qvel, self.ctrl = (self.view(*x) for x in ((self.QPOS, self.NQ), (self.QVEL, self.NV), (self.CTRL, self.NU)))
        self.random = np.random.default_rng(1)

    def view(self, offset, count):
        pointer = ctypes.cast(self.data + offset, ctypes.POINTER(ctypes.POINTER(ctypes.c_double)))[0]
        return np.ctypeslib.as_array(pointer, (count,))

    def reset(self):
        self.library.mj_resetData(self.model, self.data)
        self.qpos += self.random.uniform(-0.1, 0.1, self.NQ)
        self.qvel += 0.1 * self.random.standard_normal(self.NV)
        self.library.mj_forward(self.model, self.data)
        return self.observe()

    def observe(self):
        return np.concatenate([self.qpos[1:], self.qvel])

    def step(self, action):
        x = self.qpos[0]
        self.ctrl[:] = action
        for _ in range(self.FRAME_SKIP):
            self.library.mj_step(self.model, self.data)
        reward = (self.qpos[0] - x) / self.STEP_SECONDS - 0.1 * np.square(action).sum()
        return self.observe(), reward


class Pendulum:
    observation_size, action_size, limit = 3, 1, 200

    def __init__(self):
        self.random = np.random.default_rng(1)

    def reset(self):
        self.angle, self.speed = self.random.uniform(-math.pi, math.pi), self.random.uniform(-1, 1)
        return self.observe()

    def observe(self):
        return np.array([math.cos(self.angle), math.sin(self.angle), self.speed], dtype=np.float32)

    def step(self, action):
        torque = 2 * min(max(float(action[0]), -1), 1)
        angle = (self.angle + math.pi) % (2 * math.pi) - math.pi
        cost = angle ** 2 + 0.1 * self.speed ** 2 + 0.001 * torque ** 2
        self.speed = min(max(self.speed + (15 * math.sin(self.angle) + 3 * torque) * 0.05, -8), 8)
        self.angle += self.speed * 0.05
        return self.observe(), -cost


class Replay:
    def __init__(self, observation, action):
        self.columns = [torch.zeros(CAPACITY, n) for n in (observation, action, 1, observation, 1)]
        self.views = [x.numpy() for x in self.columns]
        self.count = 0

    def add(self, *values):
        for view, value in zip(self.views, values):
            view[self.count % CAPACITY] = value
        self.count += 1

    def draw(self, *batch):
        rows = torch.randint(min(self.count, CAPACITY), (batch[0].shape[0],))
        for column, target in zip(self.columns, batch):
            torch.index_select(column, 0, rows, out=target)


def create(name, sac, ddpg, sample):
    """The case of a row name: train-sac-halfcheetah-b100, train-sac-pendulum-64x64-b100."""
    _, method, task, *shape, batch = name.split("-")
    width = int(shape[0].split("x")[0]) if shape else 256
    environment = {"halfcheetah": HalfCheetah, "pendulum": Pendulum}[task]()
    sizes = environment.observation_size, environment.action_size
    replay = Replay(*sizes)
    make = {"sac": sac, "ddpg": ddpg}[method]
    update, *_, actor = make(width, int(batch[1:]), *sizes, refresh=replay.draw)
    state = {"s": environment.reset(), "t": 0}

    def act(s):
        with torch.no_grad():
            s = torch.as_tensor(s, dtype=torch.float32).unsqueeze(0)
            if method == "sac":
                return sample(actor, s)[0][0].numpy()
            a = torch.tanh(actor(s))[0]
            return (a + 0.1 * torch.randn_like(a)).clamp(-1, 1).numpy()

    def step(learn=True):
        a = act(state["s"])
        s2, reward = environment.step(a)
        replay.add(state["s"], a, reward, s2, 0)
        state["t"] += 1
        state["s"] = s2
        if state["t"] == environment.limit:
            state["s"], state["t"] = environment.reset(), 0
        if learn:
            update()

    for _ in range(START):
        step(learn=False)
    return step
