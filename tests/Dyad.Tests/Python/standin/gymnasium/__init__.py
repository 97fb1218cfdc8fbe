"""A stand-in with as much of Gymnasium's interface as scripts/gymnasium-traces.py uses: CartPole by its equations of motion."""

import math
import os

import numpy as np

__version__ = "stand-in"


class Space:
    def __init__(self, **values):
        self.__dict__.update(values)


class Cart:
    action_space = Space(n=2)
    observation_space = Space(shape=(4,), dtype=np.float32)
    spec = Space(max_episode_steps=500, reward_threshold=475.0)

    # A pole that is longer than it should be is a difference to be found.
    half = float(os.environ.get("STANDIN_HALF_POLE", "0.5"))

    @property
    def unwrapped(self):
        return self

    def reset(self, seed=None):
        if seed is not None or not hasattr(self, "random"):
            self.random = np.random.default_rng(seed)
        self.state, self.steps = self.random.uniform(-0.05, 0.05, 4), 0
        return self.state.astype(np.float32), {}

    def step(self, action):
        x, speed, angle, turn = self.state
        force, mass, lever = 10.0 if action == 1 else -10.0, 1.1, 0.1 * self.half
        shared = (force + lever * turn * turn * math.sin(angle)) / mass
        spin = (9.8 * math.sin(angle) - math.cos(angle) * shared) / (self.half * (4.0 / 3.0 - 0.1 * math.cos(angle) ** 2 / mass))
        drive = shared - lever * spin * math.cos(angle) / mass
        self.state = np.array([x + 0.02 * speed, speed + 0.02 * drive, angle + 0.02 * turn, turn + 0.02 * spin])
        self.steps += 1
        over = bool(abs(self.state[0]) > 2.4 or abs(self.state[2]) > 12 * 2 * math.pi / 360)
        return self.state.astype(np.float32), 1.0, over, self.steps >= 500, {}


def make(name):
    if name != "CartPole-v1":
        raise ValueError(f"the stand-in has no {name}")
    return Cart()
