using Dyad.Algorithms;
using static Dyad.Tests.Unit.Algorithms.OnPolicyReplay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>The on-policy actor-critic, its leading actor and its res-critic, replayed in double over some epochs.</summary>
[Trait("Category", "unit")]
public sealed class EpochReplayTests
{
    private const double Tolerance = 1e-5;
    private const int Epochs = 3;

    private static readonly Dictionary<string, EpochSetting> Settings = new()
    {
        ["v"] = new(),
        ["v of vectors, normalised"] = new() { Discrete = false, Normalized = true, Discounted = true },
        ["v, lambda-return"] = new() { Target = "lambda-return", Environments = 1, Steps = 25, Normalized = true },
        ["v, bootstrapped, returns"] = new() { Target = "bootstrapped", Direct = "returns", CriticUpdates = 3, Discounted = true },
        ["v, critic"] = new() { Target = "bootstrapped", Direct = "critic", Environments = 3, Steps = 24 },
        ["v, simultaneous, critic"] = new() { Direct = "critic", Order = "simultaneous", Normalized = true },
        ["v, whole episodes"] = new() { Whole = true, Environments = 1, Steps = 12, CriticUpdates = 1 },
        ["v, adam"] = new() { Optimizer = "adam", Normalized = true, ActorPower = 0.5, CriticPower = 0.25 },
        ["v, falling rates"] = new() { ActorPower = 0.5, CriticPower = 0.25 },
        ["v, more rows than a piece"] = new() { Steps = 2 * 90, CriticUpdates = 1 },
        ["v, no critic steps"] = new() { CriticUpdates = 0 },
        ["q"] = new() { Q = true },
        ["q, bootstrapped, critic"] = new() { Q = true, Target = "bootstrapped", Direct = "critic" },
        ["q, lambda-return"] = new() { Q = true, Target = "lambda-return", Direct = "returns", Normalized = true },
        ["q of vectors"] = new() { Q = true, Discrete = false },
        ["q of vectors, bootstrapped, critic"] = new() { Q = true, Discrete = false, Target = "bootstrapped", Direct = "critic", Discounted = true },
        ["q of vectors, simultaneous, critic"] = new() { Q = true, Discrete = false, Direct = "critic", Order = "simultaneous" },
        ["res"] = new() { Q = true, Direct = "critic", Clip = "0.4" },
        ["res, bootstrapped, no clip"] = new() { Q = true, Direct = "critic", Target = "bootstrapped", Clip = "none", ResidualUpdates = 3 },
        ["res of vectors, adaptive"] = new() { Q = true, Discrete = false, Direct = "critic", Clip = "adaptive", Discounted = true },
        ["res, adaptive, adam"] = new() { Q = true, Direct = "critic", Clip = "adaptive", Optimizer = "adam", Normalized = true },
        ["stac"] = new() { Form = "start-value" },
        ["stac of vectors, simultaneous"] = new() { Form = "start-value", Discrete = false, Order = "simultaneous", Normalized = true, Discounted = true },
        ["stac, gauss-newton, returns"] = new() { Form = "start-value", Curvature = "gauss-newton", Direct = "returns", FollowerSteps = 2 },
        ["stac, lambda-return, decaying damping"] = new() { Form = "start-value", Target = "lambda-return", DampingDecay = 1.5 },
        ["stac, one step"] = new() { Form = "one-step", Normalized = true },
        ["stac of vectors, one step, gauss-newton"] = new() { Form = "one-step", Discrete = false, Curvature = "gauss-newton", Order = "simultaneous" },
        ["stac, as published"] = new() { Form = "as-published", Normalized = true },
        ["stac of vectors, as published, gauss-newton"] = new() { Form = "as-published", Discrete = false, Curvature = "gauss-newton", Discounted = true, Order = "simultaneous" },
        ["stac, theorem 1"] = new() { Form = "start-value", Q = true, Direct = "returns" },
        ["stac, theorem 1, critic, normalised"] = new() { Form = "start-value", Q = true, Direct = "critic", Normalized = true, Curvature = "gauss-newton" },
        ["stac of vectors, theorem 1, simultaneous"] = new() { Form = "start-value", Q = true, Discrete = false, Order = "simultaneous" },
        ["stac, independent batches"] = new() { Form = "start-value", Independent = true, Steps = 60 },
        ["stac, theorem 1, independent batches"] = new() { Form = "start-value", Q = true, Independent = true, Steps = 60, Order = "simultaneous" },
        ["stac, fewer episodes than factors"] = new() { Form = "one-step", Independent = true, Environments = 1, Steps = 9, Discounted = true },
        ["stac, a share"] = new() { Form = "start-value", Share = 0.4 },
        ["stac, as published, a share"] = new() { Form = "as-published", Share = 0.4, Independent = true, Steps = 40 },
        ["stac, bounded"] = new() { Form = "start-value", Bound = 0.1 },
        ["stac, length only"] = new() { Form = "start-value", LengthOnly = true, Normalized = true },
        ["stac, whole episodes"] = new() { Form = "start-value", Whole = true, Environments = 1, Steps = 9 },
        ["stac, an episode longer than an epoch"] = new() { Form = "start-value", Whole = true, Environments = 1, Steps = 3, Share = 0 },
        ["stac, adam"] = new() { Form = "start-value", Optimizer = "adam" },
    };

    public static TheoryData<string> Names => [.. Settings.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Epochs_go_as_the_equations_say(string name)
    {
        EpochSetting setting = Settings[name];
        var replay = new OnPolicyReplay(setting.Discrete, setting.Environments);
        IAgent agent = replay.Create(setting.Leads ? "stac" : "ac", setting.Options);
        var reference = new EpochReference(setting, replay) { W = Read(agent, "critic"), Psi = setting.Clip is null ? [] : Read(agent, "residual") };
        for (int steps = 0, epochs = 0; epochs < Epochs;)
        {
            int ended = replay.Step(agent);
            steps += setting.Environments;
            if (steps >= setting.Steps && (!setting.Whole || ended > 0))
            {
                reference.Learn(replay.Take());
                (steps, epochs) = (0, epochs + 1);
                Check(setting, replay, reference, agent);
            }
            else
            {
                // Nothing moves between two epochs.
                Assert.Equal(replay.Theta, Read(agent, "actor"));
            }
        }

        Assert.True(setting.Clip is null or "none" || reference.Clipped > 0);
    }

    // Goes on from the agent's own floats, so that rounding does not add up.
    private static void Check(EpochSetting setting, OnPolicyReplay replay, EpochReference reference, IAgent agent)
    {
        (double[] theta, double[] w) = (Read(agent, "actor"), Read(agent, "critic"));
        Compare(reference.W, w, "critic", Tolerance);
        if (setting.Clip is not null)
        {
            double[] psi = Read(agent, "residual");
            Compare(reference.Psi, psi, "res-critic", Tolerance);
            reference.Psi = psi;
        }

        Compare(replay.Theta, theta, "theta", Tolerance);
        Assert.True(!setting.Leads || reference.Implicit > 0.03, $"the implicit part is {reference.Implicit} of the direct one");
        (replay.Theta, reference.W) = (theta, w);
        var row = new Recorder();
        agent.Measure(row);
        foreach ((string name, double value) in reference.Metrics)
        {
            Assert.Equal(value, row[name], 1e-4 * (1 + Math.Abs(value)));
        }
    }
}
