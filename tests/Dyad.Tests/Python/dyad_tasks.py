"""Tasks with Gymnasium's interface and no need of the package, for tests of the bridge."""

import os
import sys
import time

import numpy as np


class Space:
    pass


class Box(Space):
    def __init__(self, low, high, shape, dtype=np.float32):
        self.shape, self.dtype = tuple(shape), np.dtype(dtype)
        self.low, self.high = np.full(self.shape, low, self.dtype), np.full(self.shape, high, self.dtype)


class Discrete(Space):
    def __init__(self, n, start=0):
        self.n, self.start = n, start


class MultiDiscrete(Space):
    def __init__(self, nvec, start=0):
        self.nvec, self.dtype, self.start = np.array(nvec), np.dtype(np.int64), start


class MultiBinary(Space):
    def __init__(self, n):
        self.n, self.shape = n, (n,) if isinstance(n, int) else tuple(n)


class Dict(Space):
    def __init__(self, **spaces):
        self.spaces = spaces


class Tuple(Space):
    def __init__(self, *spaces):
        self.spaces = spaces


class Corridor:
    """Walk along a line with noise; every step costs the distance to its middle. Its state can be pickled."""

    def __init__(self, length=1.0, limit=20):
        self.length, self.limit = length, limit
        self.observation_space = Box(-10, 10, (2,))
        self.action_space = Box(-2, 2, (1,))
        self.np_random = np.random.default_rng(0)
        self.closed = False

    def reset(self, seed=None, options=None):
        if seed is not None:
            self.np_random = np.random.default_rng(seed)
        self.x, self.steps = self.np_random.uniform(-1, 1) * self.length, 0
        return self.observe(), {}

    def observe(self):
        return np.array([self.x, self.steps / 10], np.float32)

    def step(self, action):
        assert action.shape == (1,) and action.dtype == np.float32
        self.x = float(np.clip(self.x + 0.1 * float(action[0]) + 0.01 * self.np_random.normal(), -10, 10))
        self.steps += 1
        return self.observe(), -abs(self.x), abs(self.x) > 3, self.steps >= self.limit, {}

    def close(self):
        self.closed = True


class Stateful(Corridor):
    """Its state is its own affair, and cannot be pickled."""

    def __init__(self):
        super().__init__()
        self.lock = lambda: None

    def get_state(self):
        return self.x, self.steps, self.np_random.bit_generator.state

    def set_state(self, state):
        self.x, self.steps = state[:2]
        self.np_random.bit_generator.state = state[2]


class Stateless(Corridor):
    """Gives no state at all."""

    def __init__(self):
        super().__init__()
        self.lock = lambda: None


class Limit:
    """A wrapper, as Gymnasium's TimeLimit."""

    def __init__(self, env, max_episode_steps):
        self.env, self._max_episode_steps, self.elapsed = env, max_episode_steps, 0
        self.observation_space, self.action_space = env.observation_space, env.action_space

    def reset(self, seed=None, options=None):
        self.elapsed = 0
        return self.env.reset(seed=seed)

    def step(self, action):
        observation, reward, terminated, truncated, info = self.env.step(action)
        self.elapsed += 1
        return observation, reward, terminated, truncated or self.elapsed >= self._max_episode_steps, info

    def close(self):
        self.env.close()


def limited(steps=7):
    return Limit(Stateful(), steps)


class NormalizeObservation(Limit):
    """What its name says would, in Gymnasium; the checker goes by the name."""

    def __init__(self):
        super().__init__(Corridor(), 7)


class NormalizeReward(NormalizeObservation):
    pass


class Turn:
    """Choices with a start: the sum of what was chosen is the reward."""

    def __init__(self, start=3):
        self.observation_space, self.action_space = Discrete(4, start), Discrete(3, start=start)
        self.start, self.at = start, 0

    def reset(self, seed=None, options=None):
        self.at = 0
        return self.start, {}

    def step(self, action):
        assert isinstance(action, int) and self.start <= action < self.start + 3
        self.at += 1
        return self.start + self.at % 4, float(action), self.at == 8, False, {}


class Mixed:
    """Everything at once: the observation says what the last action was."""

    def __init__(self):
        self.observation_space = Dict(
            a=Box(-1, 1, (2, 2), np.float64), b=Tuple(Discrete(3, start=1), MultiBinary(2)), c=MultiDiscrete([2, 3]))
        self.action_space = Dict(x=Discrete(2), y=Tuple(MultiDiscrete([2, 3], start=5), MultiBinary(1)))

    def reset(self, seed=None, options=None):
        return {"a": np.arange(4).reshape(2, 2) / 4, "b": (1, [0, 0]), "c": [0, 0]}, {}

    def step(self, action):
        self.last = action
        y = action["y"][0] - 5
        return {"a": np.full((2, 2), 0.5), "b": (1 + action["x"], [1, int(action["y"][1][0])]), "c": [int(y[0]), int(y[1])]}, 1, False, False, {}


class Grip(Corridor):
    """Two boxes as the action, one of whole numbers."""

    def __init__(self):
        super().__init__()
        self.action_space = Tuple(Box(-1, 1, (2,)), Box(0, 4, (2, 1), np.int32))

    def step(self, action):
        assert action[1].dtype == np.int32 and action[1].shape == (2, 1)
        return np.array([action[0].sum(), action[1].sum()]), 0, False, False, {}


class Global(Corridor):
    """Draws from the stream of the whole process, as many old tasks do."""

    def step(self, action):
        result = super().step(action)
        return (result[0], float(np.random.random()), *result[2:])


class Faulty(Corridor):
    """Goes wrong in its third step."""

    def __init__(self, how="raise"):
        super().__init__()
        self.how = how

    def step(self, action):
        if self.steps < 2:
            return super().step(action)
        if self.how == "raise":
            raise ValueError("no way to go")
        if self.how == "exit":
            print("the last words", flush=True)
            print("and some more", file=sys.stderr, flush=True)
            os._exit(7)
        if self.how == "hang":
            time.sleep(1000)
        if self.how == "four":
            return super().step(action)[:4]
        if self.how == "short":
            return (np.zeros(1),) + super().step(action)[1:]
        if self.how == "nan":
            return (np.array([np.nan, 0]),) + super().step(action)[1:]
        if self.how == "print":
            print("x" * 100000)
            os.write(1, b"\x00\x01\x02" * 1000)
            assert sys.stdin.read() == ""
        return super().step(action)


class Levers:
    """Two choices at once, the right ones of which the observation tells."""

    def __init__(self):
        self.observation_space, self.action_space = Box(0, 2, (2,)), MultiDiscrete([2, 3])
        self.np_random = np.random.default_rng(0)

    def reset(self, seed=None, options=None):
        if seed is not None:
            self.np_random = np.random.default_rng(seed)
        self.steps = 0
        return self.observe(), {}

    def observe(self):
        self.wanted = self.np_random.integers([2, 3])
        return self.wanted.astype(np.float32)

    def step(self, action):
        assert action.shape == (2,)
        reward, self.steps = float((action == self.wanted).sum()), self.steps + 1
        return self.observe(), reward, False, self.steps >= 10, {}


class Many(Levers):
    """More combinations than a network has outputs for."""

    def __init__(self):
        super().__init__()
        self.action_space = MultiDiscrete([17, 17, 17])


def not_a_task():
    return 5


number = 5
