"""A task of one's own in Python, with Gymnasium's interface: a pole on a cart that is pushed by a force in [-1, 1].

Train it from this folder's parent:  ./dyad train sac 'py:examples/python/pole:Pole?length=0.7' --steps 20000
Gymnasium is not needed; where it is installed, its spaces serve as well as these.
"""

import numpy as np


class Box:
    def __init__(self, low, high, dtype=np.float32):
        self.low, self.high = np.asarray(low, dtype), np.asarray(high, dtype)
        self.shape, self.dtype = self.low.shape, np.dtype(dtype)


class Pole:
    """Observation: position, velocity, angle, angular velocity. Reward: 1 a step while the pole stands."""

    FORCE, GRAVITY, CART, BOB, TAU = 10.0, 9.8, 1.0, 0.1, 0.02

    def __init__(self, length=0.5, limit=500):
        self.length, self.limit = length, limit
        self.observation_space = Box([-5, -np.inf, -0.5, -np.inf], [5, np.inf, 0.5, np.inf])
        self.action_space = Box([-1], [1])
        self.random = np.random.default_rng()

    def reset(self, seed=None, options=None):
        if seed is not None:
            self.random = np.random.default_rng(seed)
        self.state, self.steps = self.random.uniform(-0.05, 0.05, 4), 0
        return self.state.astype(np.float32), {}

    def step(self, action):
        x, v, angle, spin = self.state
        sin, cos, mass = np.sin(angle), np.cos(angle), self.CART + self.BOB
        push = (self.FORCE * float(np.clip(action[0], -1, 1)) + self.BOB * self.length * spin**2 * sin) / mass
        turn = (self.GRAVITY * sin - cos * push) / (self.length * (4 / 3 - self.BOB * cos**2 / mass))
        pull = push - self.BOB * self.length * turn * cos / mass
        self.state = self.state + self.TAU * np.array([v, pull, spin, turn])
        self.steps += 1
        fallen = bool(abs(self.state[0]) > 2.4 or abs(self.state[2]) > 0.21)
        return self.state.astype(np.float32), 1.0, fallen, not fallen and self.steps >= self.limit, {}

    def close(self):
        pass
