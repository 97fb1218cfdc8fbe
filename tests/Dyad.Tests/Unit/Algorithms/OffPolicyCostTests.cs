using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Tests.Unit.Autodiff;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Costs of DQN, TD3 and SAC with a value network: values against plain loops, derivatives against differences.</summary>
[Trait("Category", "unit")]
public sealed class OffPolicyCostTests
{
    private const int Rows = 24, ObservationSize = 3, ActionSize = 2, ActionCount = 3;
    private const double Discount = 0.9, Alpha = 0.3;

    private readonly RandomStream _random = new(5);
    private readonly TransitionInputs<double> _batch;
    private readonly Input<double> _noise = new("noise", Rows, ActionSize);

    public OffPolicyCostTests()
    {
        _batch = new TransitionInputs<double>(Rows, ObservationSize, ActionSize);
        foreach (Input<double> input in new[] { _batch.Observation, _batch.Action, _batch.Reward, _batch.NextObservation })
        {
            foreach (ref double x in input.Values)
            {
                x = _random.Uniform(-1, 1);
            }
        }

        for (int i = 0; i < Rows; i += 4)
        {
            _batch.Terminated.Values[i] = 1;
        }

        _random.Normal(_noise.Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dqn_regresses_on_the_best_next_value(bool doubleDqn)
    {
        Parameters<double> theta = new("theta"), bar = new("thetabar");
        Mlp<double> q = Network(theta, "q", ObservationSize, ActionCount), target = Network(bar, "q", ObservationSize, ActionCount);
        var actions = new Indices("actions", Rows);
        double expected = 0;
        int differences = 0;
        for (int i = 0; i < Rows; i++)
        {
            int a = actions.Values[i] = _random.Index(ActionCount);
            double[] next = Forward(target, Row(_batch.NextObservation, i)), own = Forward(q, Row(_batch.NextObservation, i));
            int best = Array.IndexOf(next, next.Max()), chosen = Array.IndexOf(own, own.Max());
            differences += best != chosen ? 1 : 0;
            double value = next[doubleDqn ? chosen : best];
            double y = _batch.Reward.Values[i] + (Discount * (1 - _batch.Terminated.Values[i]) * value);
            double error = Forward(q, Row(_batch.Observation, i))[a] - y;
            expected += error * error / Rows;
        }

        // Otherwise the two targets could not be told apart.
        Assert.InRange(differences, 3, Rows - 3);
        Expression<double> cost = Dqn.Cost(_batch, actions, new DiscreteActionValue<double>(q), new DiscreteActionValue<double>(target),
            new DqnOptions { Discount = Discount, DoubleDqn = doubleDqn });
        Near.Equal(expected, Value(cost), 1e-12);
        DerivativeCheck.Run(cost, theta);
    }

    [Theory]
    [InlineData(NextAction.TargetPolicy)]
    [InlineData(NextAction.CurrentPolicy)]
    public void Td3_regresses_on_the_smaller_value_of_a_smoothed_action(NextAction nextAction)
    {
        const double Sigma = 0.6, Clip = 0.5;
        Parameters<double> actor = new("actor"), targetActor = new("target actor"), w = new("w"), wbar = new("wbar");
        Mlp<double> policy = Network(actor, "policy", ObservationSize, ActionSize, scale: 1.2);
        Mlp<double> targetPolicy = Network(targetActor, "policy", ObservationSize, ActionSize, scale: 1.2);
        (Mlp<double> q1, Mlp<double> q2) = Twins(w);
        (Mlp<double> bar1, Mlp<double> bar2) = Twins(wbar);
        Mlp<double> nextPolicy = nextAction == NextAction.TargetPolicy ? targetPolicy : policy;

        double expected = 0, expectedActor = 0;
        int noiseClips = 0, actionClips = 0, second = 0;
        for (int i = 0; i < Rows; i++)
        {
            double[] next = [.. Forward(nextPolicy, Row(_batch.NextObservation, i)).Select(Math.Tanh)];
            for (int j = 0; j < ActionSize; j++)
            {
                double noise = Sigma * Row(_noise, i)[j], moved = next[j] + Math.Clamp(noise, -Clip, Clip);
                noiseClips += Math.Abs(noise) > Clip ? 1 : 0;
                actionClips += Math.Abs(moved) > 1 ? 1 : 0;
                next[j] = Math.Clamp(moved, -1, 1);
            }

            double[] at = [.. Row(_batch.NextObservation, i), .. next], here = [.. Row(_batch.Observation, i), .. Row(_batch.Action, i)];
            double first = Forward(bar1, at)[0], other = Forward(bar2, at)[0];
            second += other < first ? 1 : 0;
            double y = _batch.Reward.Values[i] + (Discount * (1 - _batch.Terminated.Values[i]) * Math.Min(first, other));
            expected += (Math.Pow(Forward(q1, here)[0] - y, 2) + Math.Pow(Forward(q2, here)[0] - y, 2)) / Rows;
            double[] action = [.. Forward(policy, Row(_batch.Observation, i)).Select(Math.Tanh)];
            expectedActor -= Forward(q1, [.. Row(_batch.Observation, i), .. action])[0] / Rows;
        }

        // Each clip holds for some and not for others, and each twin is the smaller one somewhere.
        Assert.InRange(noiseClips, 3, (Rows * ActionSize) - 3);
        Assert.InRange(actionClips, 3, (Rows * ActionSize) - 3);
        Assert.InRange(second, 3, Rows - 3);
        var critic = new TwinActionValue<double>(new ActionValue<double>(q1), new ActionValue<double>(q2));
        var target = new TwinActionValue<double>(new ActionValue<double>(bar1), new ActionValue<double>(bar2));
        var game = new Td3Game<double>(
            _batch, critic, target, new DeterministicPolicy<double>(policy), new DeterministicPolicy<double>(nextPolicy), _noise,
            new Td3Options { Discount = Discount, TargetNoise = Sigma, TargetNoiseClip = Clip });
        Expression<double> cost = game.CriticCost, actorCost = game.ActorCost;
        Near.Equal(expected, Value(cost), 1e-12);
        Near.Equal(expectedActor, Value(actorCost), 1e-12);

        // The mixed derivative is what a leading actor would use: zero with a target policy.
        DerivativeCheck.Run(cost, w, actor);
        DerivativeCheck.Run(actorCost, actor, w);
        double largest = Gradient(cost, actor).Max(Math.Abs);
        Assert.Equal(nextAction == NextAction.CurrentPolicy, largest > 1e-3);
    }

    [Fact]
    public void Sac_v_regresses_the_value_on_the_soft_value_and_the_critics_on_the_next_value()
    {
        Parameters<double> actor = new("actor"), w = new("w"), psi = new("psi"), psibar = new("psibar");
        Mlp<double> network = Network(actor, "policy", ObservationSize, 2 * ActionSize, scale: 0.7);
        (Mlp<double> q1, Mlp<double> q2) = Twins(w);
        Mlp<double> value = Network(psi, "v", ObservationSize, 1), target = Network(psibar, "v", ObservationSize, 1);
        double expectedValue = 0, expectedCritic = 0;
        for (int i = 0; i < Rows; i++)
        {
            double[] s = Row(_batch.Observation, i), heads = Forward(network, s), action = new double[ActionSize];
            double logProbability = 0;
            for (int j = 0; j < ActionSize; j++)
            {
                double z = Row(_noise, i)[j], deviation = Math.Exp(heads[ActionSize + j]);
                action[j] = Math.Tanh(heads[j] + (deviation * z));
                double density = Math.Exp(-z * z / 2) / (deviation * Math.Sqrt(2 * Math.PI) * (1 - (action[j] * action[j])));
                logProbability += Math.Log(density);
            }

            double soft = Math.Min(Forward(q1, [.. s, .. action])[0], Forward(q2, [.. s, .. action])[0]) - (Alpha * logProbability);
            expectedValue += Math.Pow(Forward(value, s)[0] - soft, 2) / 2 / Rows;
            double y = _batch.Reward.Values[i]
                + (Discount * (1 - _batch.Terminated.Values[i]) * Forward(target, Row(_batch.NextObservation, i))[0]);
            double[] here = [.. s, .. Row(_batch.Action, i)];
            expectedCritic += (Math.Pow(Forward(q1, here)[0] - y, 2) + Math.Pow(Forward(q2, here)[0] - y, 2)) / 2 / Rows;
        }

        var critic = new TwinActionValue<double>(new ActionValue<double>(q1), new ActionValue<double>(q2));
        SampledAction<double> current = new SquashedGaussianPolicy<double>(network).Sample(_batch.Observation, _noise);
        var game = new SacVGame<double>(
            _batch, new StateValue<double>(value), new StateValue<double>(target), critic, current, Number<double>(Alpha),
            new SacVOptions { Discount = Discount });
        Expression<double> valueCost = game.ValueCost, criticCost = game.CriticCost;
        Near.Equal(expectedValue, Value(valueCost), 1e-9);
        Near.Equal(expectedCritic, Value(criticCost), 1e-12);
        DerivativeCheck.Run(valueCost, psi);
        DerivativeCheck.Run(criticCost, w);
        DerivativeCheck.Run(game.ActorCost, actor, w);

        // What the value regresses on is held fixed.
        Assert.All(Gradient(valueCost, actor), x => Assert.Equal(0, x));
        Assert.All(Gradient(valueCost, w), x => Assert.Equal(0, x));
    }

    private static double Value(Expression<double> expression)
    {
        var builder = new ProgramBuilder<double>();
        Output<double> value = builder.Output(expression);
        builder.Build().Run();
        return value.Value;
    }

    private static double[] Gradient(Expression<double> cost, Parameters<double> player)
    {
        var builder = new ProgramBuilder<double>();
        Output<double> gradient = builder.Output(Derivatives.Gradient(cost, player));
        builder.Build().Run();
        return gradient.Values.ToArray();
    }

    private static double[] Row(Input<double> input, int i)
    {
        int columns = input.Columns.Count;
        return input.Values.Slice(i * columns, columns).ToArray();
    }

    // The network in plain loops.
    private static double[] Forward(Mlp<double> network, double[] x)
    {
        for (int layer = 0; layer < network.Weights.Count; layer++)
        {
            double[] weight = network.Weights[layer].Values.ToArray(), y = network.Biases[layer].Values.ToArray();
            for (int j = 0; j < y.Length; j++)
            {
                for (int k = 0; k < x.Length; k++)
                {
                    y[j] += x[k] * weight[(k * y.Length) + j];
                }
            }

            x = layer < network.Weights.Count - 1 ? [.. y.Select(Math.Tanh)] : y;
        }

        return x;
    }

    private (Mlp<double> First, Mlp<double> Second) Twins(Parameters<double> player)
    {
        var networks = new Mlp<double>[2];
        for (int i = 0; i < 2; i++)
        {
            networks[i] = new Mlp<double>(player, $"q{i + 1}", [ObservationSize + ActionSize, 5, 1], Activation.Tanh);
        }

        Fill(player, 1);
        return (networks[0], networks[1]);
    }

    private Mlp<double> Network(Parameters<double> player, string name, int inputs, int outputs, double scale = 1)
    {
        var network = new Mlp<double>(player, name, [inputs, 5, outputs], Activation.Tanh);
        Fill(player, scale);
        return network;
    }

    private void Fill(Parameters<double> player, double scale)
    {
        foreach (ref double x in player.Values)
        {
            x = scale * _random.Uniform(-1, 1);
        }
    }
}
