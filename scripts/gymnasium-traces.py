"""Records episodes of Gymnasium's own tasks as reference traces (tests/golden/README.md, part 2): FOLDER NAME..."""

import json
import os
import sys

import gymnasium
import numpy as np

EPISODES, STEPS, RESETS = 4, 60, 2000


def numbers(values):
    return [float(x) for x in np.asarray(values, np.float64).ravel()]


def record(name, folder):
    env = gymnasium.make(name)
    base, spec, random = env.unwrapped, env.spec, np.random.default_rng(17)
    is_mujoco = hasattr(base, "data") and hasattr(base, "model")

    def state():
        return {"qpos": numbers(base.data.qpos), "qvel": numbers(base.data.qvel)} if is_mujoco else {"state": numbers(base.state)}

    def action():
        if hasattr(env.action_space, "n"):
            return int(random.integers(env.action_space.n))
        # Beyond the bounds now and then; numbers that a float32 holds, handed over as float64.
        return (1.1 * random.uniform(env.action_space.low, env.action_space.high)).astype(np.float32).astype(np.float64)

    episodes = []
    for episode in range(EPISODES):
        first, _ = env.reset(seed=episode)
        entry = {"actions": "uniform random actions", "initial": state(), "initial_observation": numbers(first), "steps": [], "end": "cut"}
        for _ in range(STEPS):
            chosen = action()
            observation, reward, terminated, truncated, _ = env.step(chosen)
            step = {
                "action": chosen if isinstance(chosen, int) else numbers(chosen),
                "observation": numbers(observation), "reward": float(reward), "terminated": bool(terminated), "truncated": bool(truncated),
            }
            if not is_mujoco:
                step.update(state())
            entry["steps"].append(step)
            if terminated or truncated:
                entry["end"] = "terminated" if terminated else "truncated"
                break
        if is_mujoco:
            entry["final"] = {**state(), "time": float(base.data.time)}
        episodes.append(entry)

    states = []
    for _ in range(RESETS):
        env.reset()
        states.append(np.concatenate([np.ravel(part) for part in state().values()]))
    states = np.array(states)
    space = env.action_space
    document = {
        "env": name, "gymnasium_commit": gymnasium.__version__, "numpy": np.__version__,
        "max_episode_steps": spec.max_episode_steps, "reward_threshold": spec.reward_threshold,
        "observation_size": int(np.prod(env.observation_space.shape)), "observation_dtype": str(np.dtype(env.observation_space.dtype)),
        "action": {"n": int(space.n)} if hasattr(space, "n") else {"low": numbers(space.low), "high": numbers(space.high), "dtype": "float64"},
        "reset_statistics": {
            "count": RESETS, "of": "qpos, qvel" if is_mujoco else "state", "min": numbers(states.min(0)), "max": numbers(states.max(0)),
            "mean": numbers(states.mean(0)), "std": numbers(states.std(0)),
        },
        "episodes": episodes,
    }
    if is_mujoco:
        import mujoco

        document.update({
            "mujoco": mujoco.__version__, "nq": base.model.nq, "nv": base.model.nv, "nu": base.model.nu, "timestep": base.model.opt.timestep,
            "frame_skip": base.frame_skip, "dt": base.dt,
        })
    with open(os.path.join(folder, f"env-{name}.json"), "w") as file:
        json.dump(document, file)


for task in sys.argv[2:]:
    record(task, sys.argv[1])
