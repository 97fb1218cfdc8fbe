"""A rollout of PPO in PyTorch with everything that belongs to it: acting, advantages, passes over shuffled minibatches; networks of
2 x 64 tanh, one Adam over both, the norm of both gradients bounded.
"""
import numpy as np
import torch
from torch import nn

GAMMA, DECAY, CLIP = 0.99, 0.95, 0.2


def network(inputs, outputs, gain):
    layers = [nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, outputs)]
    for layer, g in zip(layers[::2], (2 ** 0.5, 2 ** 0.5, gain)):
        nn.init.orthogonal_(layer.weight, g)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


class One:
    """A single environment as a vector of one, as CartPoles is of many."""

    def __init__(self, environment):
        self.environment, self.t = environment, 0
        self.state = environment.reset()[None].astype(np.float32)

    def step(self, action):
        state, reward = self.environment.step(action[0].clip(-1, 1))
        final = state[None].astype(np.float32)
        self.t += 1
        over = self.t == self.environment.limit
        if over:
            self.t, state = 0, self.environment.reset()
        self.state = state[None].astype(np.float32)
        return final, np.zeros(1, bool), np.array([over]), np.array([reward], np.float32)


def rollout(tasks, n, rows, sizes, discrete, size, passes, rate):
    torch.manual_seed(1)
    observation_size, outputs = sizes
    actor, critic = network(observation_size, outputs, 0.01), network(observation_size, 1, 1)
    log_deviation = nn.Parameter(torch.zeros(outputs))
    parameters = [*actor.parameters(), *critic.parameters(), *([] if discrete else [log_deviation])]
    adam = torch.optim.Adam(parameters, rate, eps=1e-5, foreach=True)
    action_size = () if discrete else (outputs,)

    def log_probability(s, a):
        if discrete:
            return torch.log_softmax(actor(s), -1).gather(1, a[:, None])[:, 0]
        z = (a - actor(s)) / log_deviation.exp()
        return (-0.5 * z.square() - log_deviation - 0.9189385).sum(-1)

    def run():
        s, final = (np.empty((rows, n, observation_size), np.float32) for _ in range(2))
        a = np.empty((rows, n, *action_size), np.int64 if discrete else np.float32)
        terminated, last = (np.empty((rows, n), bool) for _ in range(2))
        rewards = np.ones((rows, n), np.float32)
        with torch.no_grad():
            for t in range(rows):
                s[t] = tasks.state
                output = actor(torch.from_numpy(s[t]))
                if discrete:
                    p = torch.softmax(output, -1).numpy()
                    a[t] = tasks.random.random(n) >= p[:, 0]
                    final[t], terminated[t], last[t] = tasks.step(a[t])
                else:
                    a[t] = (output + log_deviation.exp() * torch.randn(n, outputs)).numpy()
                    final[t], terminated[t], last[t], rewards[t] = tasks.step(a[t])
            last[-1] = True
            observations, actions = torch.from_numpy(s.reshape(rows * n, -1)), torch.from_numpy(a.reshape(rows * n, *action_size))
            values = critic(observations).numpy().reshape(rows, n)
            old = log_probability(observations, actions)
            following = np.empty_like(values)
            following[:-1] = values[1:]
            following[last] = critic(torch.from_numpy(final[last])).numpy()[:, 0]
            following[terminated] = 0
        advantage, advantages = np.zeros(n, np.float32), np.empty((rows, n), np.float32)
        delta = rewards + GAMMA * following - values
        for t in reversed(range(rows)):
            advantages[t] = advantage = delta[t] + GAMMA * DECAY * np.where(last[t], 0, advantage)
        weight, target = torch.from_numpy(advantages.reshape(-1)), torch.from_numpy((advantages + values).reshape(-1))
        for _ in range(passes):
            for rows_of in torch.randperm(rows * n).split(size):
                observed, w = observations[rows_of], weight[rows_of]
                w = (w - w.mean()) / (w.std() + 1e-8)
                ratio = (log_probability(observed, actions[rows_of]) - old[rows_of]).exp()
                surrogate = torch.min(ratio * w, ratio.clamp(1 - CLIP, 1 + CLIP) * w).mean()
                loss = 0.25 * (critic(observed)[:, 0] - target[rows_of]).square().mean() - surrogate
                adam.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(parameters, 0.5)
                adam.step()

    return run


def create(name, cart_poles):
    """The case of a row name: train-ppo-cartpole-4x128, train-ppo-halfcheetah-1x2048."""
    if name == "train-ppo-cartpole-4x128":
        return rollout(cart_poles(4), 4, 128, (4, 2), True, 128, 4, 2.5e-4)
    import training
    task = training.HalfCheetah()
    return rollout(One(task), 1, 2048, (task.observation_size, task.action_size), False, 64, 10, 3e-4)
