"""The cases of `dyad bench` in PyTorch, one thread. The benchmark starts this and asks for one sample at a time, so that both
are measured side by side. It unsets OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE: set, they halve PyTorch on machines with AVX-512.
Needs PyTorch with a BLAS that somebody would use it with, such as Debian's python3-torch with libopenblas0-pthread: with the reference
BLAS it is ten times slower, and refuses to be measured.
"""
import json
import math
import pathlib
import re
import sys
import time

try:
    import numpy
    import torch
    from torch import nn
except ImportError as e:
    print("ready", json.dumps({"refused": f"{e} (on Debian: apt-get install -y python3-torch libopenblas0-pthread)."}), flush=True)
    sys.exit()

torch.set_num_threads(1)
OBSERVATION, ACTION = 17, 6


def mlp(sizes):
    layers = []
    for i, (m, n) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(m, n)] + ([nn.ReLU()] if i < len(sizes) - 2 else [])
    return nn.Sequential(*layers)


def sample_time(run, seconds):
    start = time.perf_counter()
    run()
    repeats = max(1, int(seconds / (time.perf_counter() - start)))
    start = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - start) / repeats * 1e6


def data(batch, observation=OBSERVATION, action=ACTION):
    return (torch.rand(batch, observation) * 2 - 1, torch.rand(batch, action) * 2 - 1, torch.rand(batch, 1) * 2 - 1,
            torch.rand(batch, observation) * 2 - 1, torch.zeros(batch, 1))


def sample(actor, s):
    mean, log = actor(s).chunk(2, dim=-1)
    log = log.clamp(-20, 2)
    noise = torch.randn_like(mean)
    u = mean + log.exp() * noise
    density = (-0.5 * noise.square() - log - 0.5 * math.log(2 * math.pi)).sum(-1, keepdim=True)
    density = density - (2 * (math.log(2) - u - nn.functional.softplus(-2 * u))).sum(-1, keepdim=True)
    return torch.tanh(u), density


def polyak(target, source, rate=0.005):
    with torch.no_grad():
        torch._foreach_mul_(target, 1 - rate)
        torch._foreach_add_(target, source, alpha=rate)


def sac(width, batch, observation=OBSERVATION, action=ACTION, refresh=None):
    """A step, the two Hessian products, and the actor. `refresh(s, a, r, s2, d)` fills the batch before each step."""
    torch.manual_seed(1)
    actor = mlp([observation, width, width, 2 * action])
    q1, q2, t1, t2 = (mlp([observation + action, width, width, 1]) for _ in range(4))
    critic = [*q1.parameters(), *q2.parameters()]
    target = [*t1.parameters(), *t2.parameters()]
    for p in target:
        p.requires_grad_(False)
    log_alpha = torch.tensor(math.log(0.2), requires_grad=True)
    critic_adam = torch.optim.Adam(critic, 1e-3, foreach=True)
    actor_adam = torch.optim.Adam(actor.parameters(), 1e-3, foreach=True)
    alpha_adam = torch.optim.Adam([log_alpha], 1e-3)
    s, a, r, s2, d = data(batch, observation, action)
    sa = torch.cat([s, a], -1)

    def critic_loss(grad_through_target=False):
        with torch.set_grad_enabled(grad_through_target):
            a2, log2 = sample(actor, s2)
            x2 = torch.cat([s2, a2], -1)
            y = r + 0.99 * (1 - d) * (torch.min(t1(x2), t2(x2)) - log_alpha.exp() * log2)
        return (q1(sa) - y).square().mean() + (q2(sa) - y).square().mean()

    def step():
        if refresh:
            refresh(s, a, r, s2, d)
            torch.cat([s, a], -1, out=sa)
        critic_adam.zero_grad(set_to_none=True)
        critic_loss().backward()
        critic_adam.step()
        actor_adam.zero_grad(set_to_none=True)
        for p in critic:
            p.requires_grad_(False)
        a1, log1 = sample(actor, s)
        x1 = torch.cat([s, a1], -1)
        (log_alpha.detach().exp() * log1 - torch.min(q1(x1), q2(x1))).mean().backward()
        actor_adam.step()
        for p in critic:
            p.requires_grad_(True)
        alpha_adam.zero_grad(set_to_none=True)
        (-(log_alpha * (log1.detach() - action).mean())).backward()
        alpha_adam.step()
        polyak(target, [p.data for p in critic])

    direction = [p.detach().clone() for p in critic]
    gradient = torch.autograd.grad(critic_loss(), critic, create_graph=True)

    def hessian_product():
        torch.autograd.grad(torch.autograd.grad(critic_loss(), critic, create_graph=True), critic, direction)

    def hessian_product_again():
        torch.autograd.grad(gradient, critic, direction, retain_graph=True)

    return step, hessian_product, hessian_product_again, actor


def ddpg(width, batch, observation=OBSERVATION, action=ACTION, refresh=None):
    """A step and the actor."""
    torch.manual_seed(1)
    sizes = [observation + action, width, width, 1]
    actor, q, target_q = mlp([observation, width, width, action]), mlp(sizes), mlp(sizes)
    target_actor = mlp([observation, width, width, action])
    critic = list(q.parameters())
    adam_q, adam_actor = torch.optim.Adam(critic, 1e-3, foreach=True), torch.optim.Adam(actor.parameters(), 1e-3, foreach=True)
    s, a, r, s2, d = data(batch, observation, action)
    sa = torch.cat([s, a], -1)
    sources = [p.data for p in [*critic, *actor.parameters()]]
    targets = [p.data for p in [*target_q.parameters(), *target_actor.parameters()]]

    def step():
        if refresh:
            refresh(s, a, r, s2, d)
            torch.cat([s, a], -1, out=sa)
        with torch.no_grad():
            y = r + 0.99 * (1 - d) * target_q(torch.cat([s2, torch.tanh(target_actor(s2))], -1))
        adam_q.zero_grad(set_to_none=True)
        (q(sa) - y).square().mean().backward()
        adam_q.step()
        adam_actor.zero_grad(set_to_none=True)
        for p in critic:
            p.requires_grad_(False)
        (-q(torch.cat([s, torch.tanh(actor(s))], -1)).mean()).backward()
        adam_actor.step()
        for p in critic:
            p.requires_grad_(True)
        polyak(targets, sources)

    return step, actor


def conjugate_gradient(product, b, steps=10, damping=500.0):
    x = [torch.zeros_like(v) for v in b]
    r = [v.clone() for v in b]
    p = [v.clone() for v in b]
    dot = lambda u, v: sum(torch.dot(i.reshape(-1), j.reshape(-1)) for i, j in zip(u, v))
    rr = dot(r, r)
    for _ in range(steps):
        ap = torch._foreach_add(product(p), p, alpha=damping)
        step = (rr / dot(p, ap)).item()
        torch._foreach_add_(x, p, alpha=step)
        torch._foreach_add_(r, ap, alpha=-step)
        new = dot(r, r)
        torch._foreach_mul_(p, (new / rr).item())
        torch._foreach_add_(p, r)
        rr = new
    return x


def total_derivative(leader, follower, leader_cost, follower_cost):
    """Both directions at one point: the leader's total derivative by conjugate gradient, the follower's gradient."""
    gradient = torch.autograd.grad(follower_cost, follower, create_graph=True)
    parts = torch.autograd.grad(leader_cost, [*leader, *follower])
    direct, right = parts[:len(leader)], parts[len(leader):]
    x = conjugate_gradient(lambda v: torch.autograd.grad(gradient, follower, v, retain_graph=True), right)
    implicit = torch.autograd.grad(gradient, leader, x)
    for p, d, i in zip(leader, direct, implicit):
        p.grad = d - i
    for p, g in zip(follower, gradient):
        p.grad = g.detach()


def stsac(width=256, batch=100):
    torch.manual_seed(1)
    actor = mlp([OBSERVATION, width, width, 2 * ACTION])
    q1, q2, t1, t2 = (mlp([OBSERVATION + ACTION, width, width, 1]) for _ in range(4))
    critic, target = [*q1.parameters(), *q2.parameters()], [*t1.parameters(), *t2.parameters()]
    for p in target:
        p.requires_grad_(False)
    log_alpha = torch.tensor(math.log(0.2), requires_grad=True)
    critic_adam = torch.optim.Adam(critic, 1e-3, foreach=True)
    actor_adam = torch.optim.Adam(actor.parameters(), 1e-3, foreach=True)
    alpha_adam = torch.optim.Adam([log_alpha], 1e-3)
    s, a, r, s2, d = data(batch)
    sa = torch.cat([s, a], -1)

    def step():
        alpha = log_alpha.detach().exp()
        a2, log2 = sample(actor, s2)
        x2 = torch.cat([s2, a2], -1)
        y = r + 0.99 * (1 - d) * (torch.min(t1(x2), t2(x2)) - alpha * log2)
        critic_loss = (q1(sa) - y).square().mean() + (q2(sa) - y).square().mean()
        a1, log1 = sample(actor, s)
        x1 = torch.cat([s, a1], -1)
        total_derivative(list(actor.parameters()), critic, (alpha * log1 - torch.min(q1(x1), q2(x1))).mean(), critic_loss)
        critic_adam.step()
        actor_adam.step()
        alpha_adam.zero_grad(set_to_none=True)
        (-(log_alpha * (log1.detach() - ACTION).mean())).backward()
        alpha_adam.step()
        polyak(target, [p.data for p in critic])

    return step


def stddpg(width=256, batch=100):
    torch.manual_seed(1)
    sizes = [OBSERVATION + ACTION, width, width, 1]
    actor, q, target_q = mlp([OBSERVATION, width, width, ACTION]), mlp(sizes), mlp(sizes)
    target_actor = mlp([OBSERVATION, width, width, ACTION])
    for p in target_q.parameters():
        p.requires_grad_(False)
    critic = list(q.parameters())
    adam_q, adam_actor = torch.optim.Adam(critic, 1e-3, foreach=True), torch.optim.Adam(actor.parameters(), 1e-3, foreach=True)
    s, a, r, s2, d = data(batch)
    sa = torch.cat([s, a], -1)
    sources = [p.data for p in [*critic, *actor.parameters()]]
    targets = [p.data for p in [*target_q.parameters(), *target_actor.parameters()]]

    def step():
        y = r + 0.99 * (1 - d) * target_q(torch.cat([s2, torch.tanh(actor(s2))], -1))
        critic_loss = (q(sa) - y).square().mean()
        total_derivative(list(actor.parameters()), critic, -q(torch.cat([s, torch.tanh(actor(s))], -1)).mean(), critic_loss)
        adam_q.step()
        adam_actor.step()
        polyak(targets, sources)

    return step


def act(width):
    actor, s = mlp([OBSERVATION, width, width, 2 * ACTION]), torch.rand(1, OBSERVATION)

    def run():
        with torch.no_grad():
            mean, log = actor(s).chunk(2, dim=-1)
            torch.tanh(mean + log.clamp(-20, 2).exp() * torch.randn_like(mean))

    return run


class CartPoles:
    """Eight of gym's CartPole-v1 side by side."""

    def __init__(self, n):
        self.random = numpy.random.default_rng(1)
        self.state = self.random.uniform(-0.05, 0.05, (n, 4))
        self.steps = numpy.zeros(n, dtype=int)

    def step(self, action):
        x, x_dot, angle, angle_dot = self.state.T
        cos, sin = numpy.cos(angle), numpy.sin(angle)
        push = (numpy.where(action == 1, 10.0, -10.0) + 0.05 * angle_dot**2 * sin) / 1.1
        angle_acc = (9.8 * sin - cos * push) / (0.5 * (4.0 / 3.0 - 0.1 * cos**2 / 1.1))
        x_acc = push - 0.05 * angle_acc * cos / 1.1
        final = numpy.stack([x + 0.02 * x_dot, x_dot + 0.02 * x_acc, angle + 0.02 * angle_dot, angle_dot + 0.02 * angle_acc], -1)
        self.steps += 1
        terminated = (abs(final[:, 0]) > 2.4) | (abs(final[:, 2]) > 12 * 2 * math.pi / 360)
        done = terminated | (self.steps >= 500)
        self.state = final.copy()
        if done.any():
            self.state[done] = self.random.uniform(-0.05, 0.05, (int(done.sum()), 4))
            self.steps[done] = 0
        return final, terminated, done


def actor_critic(critic_updates, steps=4000, n=8, gamma=0.99, decay=0.97):
    """An epoch of the on-policy actor-critic: acting, advantages, the critic's steps and the actor's."""
    torch.manual_seed(1)

    def network(outputs):
        return nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, outputs))

    actor, critic, tasks, rows = network(2), network(1), CartPoles(n), steps // n
    actor_adam = torch.optim.Adam(actor.parameters(), 1e-3, foreach=True)
    critic_adam = torch.optim.Adam(critic.parameters(), 1e-3, foreach=True)

    def epoch():
        s, final = numpy.empty((rows, n, 4), numpy.float32), numpy.empty((rows, n, 4), numpy.float32)
        a = numpy.empty((rows, n), dtype=int)
        terminated, last = numpy.empty((rows, n), bool), numpy.empty((rows, n), bool)
        with torch.no_grad():
            for t in range(rows):
                s[t] = tasks.state
                p = torch.softmax(actor(torch.from_numpy(s[t])), -1).numpy()
                a[t] = tasks.random.random(n) >= p[:, 0]
                final[t], terminated[t], last[t] = tasks.step(a[t])
            last[-1] = True
            observations = torch.from_numpy(s.reshape(-1, 4))
            values = critic(observations).numpy().reshape(rows, n)
            following = numpy.empty_like(values)
            following[:-1] = values[1:]
            following[last] = critic(torch.from_numpy(final[last])).numpy()[:, 0]
            following[terminated] = 0
        advantage, toGo = numpy.zeros(n), numpy.zeros(n)
        advantages, returns = numpy.empty((rows, n), numpy.float32), numpy.empty((rows, n), numpy.float32)
        delta = 1 + gamma * following - values
        for t in reversed(range(rows)):
            advantages[t] = advantage = delta[t] + gamma * decay * numpy.where(last[t], 0, advantage)
            returns[t] = toGo = 1 + gamma * numpy.where(last[t], following[t], toGo)
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        weight, target = torch.from_numpy(advantages.reshape(-1)), torch.from_numpy(returns.reshape(-1))
        for _ in range(critic_updates):
            critic_adam.zero_grad(set_to_none=True)
            (critic(observations)[:, 0] - target).square().mean().backward()
            critic_adam.step()
        actor_adam.zero_grad(set_to_none=True)
        log = torch.log_softmax(actor(observations), -1).gather(1, torch.from_numpy(a.reshape(-1, 1)))[:, 0]
        (-(weight * log).mean()).backward()
        actor_adam.step()

    return epoch


def matmul(m, n, k, layout):
    a = torch.rand(k, m).t() if layout[0] == "t" else torch.rand(m, k)
    b = torch.rand(n, k).t() if layout[1] == "t" else torch.rand(k, n)
    c = torch.empty(m, n)
    return lambda: torch.mm(a, b, out=c)


def create(name):
    """The case of a row name, or None: sac-256x256-b100, hvp-..., hvp-again-..., ddpg-..., matmul-100x256x256-nn,
    stsac-al-cg10, train-sac-halfcheetah-b100."""
    if name in ("stsac-al-cg10", "stddpg-al-cg10"):
        return stsac() if name.startswith("stsac") else stddpg()
    if name.startswith("train-ac-cartpole-m"):
        return actor_critic(int(name[len("train-ac-cartpole-m"):]))
    if name.startswith(("train-stac-", "train-res-")):
        return None
    if name.startswith("train-ppo-"):
        import proximal
        return proximal.create(name, CartPoles)
    if name.startswith("train-"):
        import training
        return training.create(name, sac, ddpg, sample)
    kind, shape, rest = name.replace("hvp-again", "again").split("-")
    if kind == "matmul":
        return matmul(*map(int, shape.split("x")), rest)
    width, batch = int(shape.split("x")[0]), int(rest[1:])
    return {"sac": lambda: sac(width, batch)[0], "hvp": lambda: sac(width, batch)[1],
            "again": lambda: sac(width, batch)[2], "ddpg": lambda: ddpg(width, batch)[0], "act": lambda: act(width)}.get(
        kind, lambda: None)()


def blas():
    """What multiplies matrices here, by the libraries in this process; None for the reference BLAS."""
    mkl = re.search(r"Math Kernel Library.*?Version (\S+)", torch.__config__.show())
    if mkl:
        return f"MKL {mkl.group(1)}"
    torch.mm(torch.rand(8, 8), torch.rand(8, 8))
    with open("/proc/self/maps") as maps:
        files = {str(pathlib.Path(line.split()[-1]).resolve()) for line in maps if "/" in line and ".so" in line}
    for pattern, name in ((r"/lib(?:scipy_)?openblas[^/]*?-r?([\d.]*\d)[^/]*\.so", "OpenBLAS"), (r"/openblas[^/]*/|/libopenblas", "OpenBLAS"),
                          (r"/libmkl_", "MKL"), (r"/libblis[^/]*\.so", "BLIS"), (r"/lib(?:atlas|satlas|tatlas)[^/]*\.so", "ATLAS")):
        for file in files:
            found = re.search(pattern, file)
            if found:
                return f"{name} {found.group(1)}" if found.groups() else name
    return None


library = blas()
if library is None:
    print("ready", json.dumps({"refused": f"PyTorch {torch.__version__} multiplies by the reference BLAS here, with which nobody trains; to compare: "
                               "apt-get install -y libopenblas0-pthread (as root, 'dyad bench --fetch-peers' does that)."}), flush=True)
    sys.exit()

# Serves samples: a line "NAME SECONDS" on standard input is answered by the mean microseconds of a run over that time.
cases = {}
print("ready", json.dumps({"library": "pytorch", "version": torch.__version__, "threads": torch.get_num_threads(), "blas": library}), flush=True)
for line in sys.stdin:
    name, seconds = line.split()
    if name not in cases:
        try:
            cases[name] = create(name)
        except (ValueError, KeyError, OSError):
            cases[name] = None
        if cases[name]:
            sample_time(cases[name], 0.3)
    print(sample_time(cases[name], float(seconds)) if cases[name] else "none", flush=True)
