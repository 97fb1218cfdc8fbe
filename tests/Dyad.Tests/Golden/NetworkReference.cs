using System.Text.Json;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Tests.Golden;

/// <summary>
/// The networks of a reference file. The files hold weights as outputs x inputs, the library as inputs x outputs, so flat
/// gradients are brought into the files' order before they are compared.
/// </summary>
internal sealed class NetworkReference(JsonElement document)
{
    private readonly List<(Mlp<double> Network, string Name)> _networks = [];

    /// <summary>The function between layers: the file's, unless a test puts another one here.</summary>
    public UnaryFunction<double>? Activation { get; init; }

    public static void Fill(Input<double> input, JsonElement values) => GoldenFiles.Flat(values).CopyTo(input.Values);

    /// <summary>A network of the file as a part of a player; <see cref="Load"/> sets its weights.</summary>
    public Mlp<double> Network(Parameters<double> player, string name)
    {
        JsonElement layers = document.GetProperty("networks").GetProperty(name);
        List<int> sizes = [layers[0].GetProperty("weight")[0].GetArrayLength()];
        sizes.AddRange(layers.EnumerateArray().Select(x => x.GetProperty("bias").GetArrayLength()));
        var activation = Activation
            ?? (document.GetProperty("activation").GetString() == "tanh" ? UnaryFunctions.Tanh<double>() : UnaryFunctions.Relu<double>());
        var network = new Mlp<double>(player, name, sizes, activation);
        _networks.Add((network, name));
        return network;
    }

    public void Load()
    {
        foreach ((Mlp<double> network, string name) in _networks)
        {
            JsonElement layers = document.GetProperty("networks").GetProperty(name);
            for (int i = 0; i < network.Weights.Count; i++)
            {
                Transpose(GoldenFiles.Flat(layers[i].GetProperty("weight")), network.Weights[i].Columns.Count, network.Weights[i].Values);
                GoldenFiles.Flat(layers[i].GetProperty("bias")).CopyTo(network.Biases[i].Values);
            }
        }
    }

    /// <summary>A flat vector of a player in the order of the file.</summary>
    public static double[] InFileOrder(Parameters<double> player, ReadOnlySpan<double> values)
    {
        var result = new double[values.Length];
        foreach (Parameter<double> leaf in player.Leaves)
        {
            int length = leaf.Values.Length;
            Transpose(values.Slice(leaf.Offset, length), leaf.Rows.Count, result.AsSpan(leaf.Offset, length));
        }

        return result;
    }

    /// <summary>
    /// Compares what the gradient rule makes of a game with the total derivatives of the reference: <c>direct</c>, <c>exact</c>,
    /// <c>cg</c> where the curvature is positive definite, and <c>actor_leader_gauss_newton</c> by both ways to solve for it.
    /// </summary>
    public static void CheckRule(JsonElement document, ActorCriticGame<double> game)
    {
        JsonElement expected = document.GetProperty("expected");
        var rule = new RuleOptions
        {
            Rule = Rule.Stackelberg,
            Damping = document.GetProperty("regularization").GetDouble(),
            SolverIterations = document.GetProperty("cg_iterations").GetInt32(),
            SolverTolerance = 0,
        };
        foreach (Player leader in new[] { Player.Actor, Player.Critic })
        {
            JsonElement reference = expected.GetProperty(leader == Player.Actor ? "actor_leader" : "critic_leader");
            (double[] direct, double[] total) = Total(game, rule with { Leader = leader, Solver = Solver.Exact });
            Compare.Near(GoldenFiles.Flat(reference.GetProperty("direct")), direct, 1e-8, $"{leader} leads: direct");
            Compare.Near(GoldenFiles.Flat(reference.GetProperty("exact")), total, 1e-8, $"{leader} leads: exact");
            double[] gradient = Total(game, rule with { Leader = leader, Order = UpdateOrder.Simultaneous }).Total;
            Assert.All(gradient, x => Assert.True(double.IsFinite(x)));
            if (reference.GetProperty("hessian_min_eig").GetDouble() > 0)
            {
                Compare.Near(GoldenFiles.Flat(reference.GetProperty("cg")), gradient, 1e-7, $"{leader} leads: cg");
            }
        }

        double[] gaussNewton = GoldenFiles.Flat(expected.GetProperty("actor_leader_gauss_newton"));
        foreach (Solver solver in new[] { Solver.Exact, Solver.SampleSpace })
        {
            double[] total = Total(game, rule with { Curvature = Curvature.GaussNewton, Solver = solver }).Total;
            Compare.Near(gaussNewton, total, 1e-8, $"Gauss-Newton, {solver}");
        }
    }

    private static (double[] Direct, double[] Total) Total(ActorCriticGame<double> game, RuleOptions options)
    {
        var rule = new GradientRule<double>(options, [game], new RandomStream(0));
        rule.ComputeBoth();
        Parameters<double> leader = options.Leader == Player.Actor ? game.Actor : game.Critic;
        ReadOnlySpan<double> total = rule.Of(options.Leader).Values;
        return (InFileOrder(leader, rule.Leading.Total.Direct), InFileOrder(leader, total));
    }

    // rows x columns to columns x rows; the inverse swaps the numbers.
    private static void Transpose(ReadOnlySpan<double> from, int rows, Span<double> to)
    {
        int columns = from.Length / rows;
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                to[(j * rows) + i] = from[(i * columns) + j];
            }
        }
    }
}
