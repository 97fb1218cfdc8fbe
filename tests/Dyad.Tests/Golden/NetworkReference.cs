using System.Text.Json;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Networks;

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

    /// <summary>Compares the parts of a total derivative with <c>direct</c>, <c>exact</c> and, on positive curvature, <c>cg</c>.</summary>
    public static void CheckTotal(JsonElement expected, Game<double> game, double damping, int iterations, string what)
    {
        var dense = new DenseTotalDerivative(game, damping);
        dense.Compute();
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("direct")), InFileOrder(game.Leader, dense.Direct), 1e-8, what + " direct");
        Compare.Near(GoldenFiles.Flat(expected.GetProperty("exact")), InFileOrder(game.Leader, dense.Total), 1e-8, what + " exact");
        if (expected.GetProperty("hessian_min_eig").GetDouble() > 0)
        {
            var total = new double[game.Leader.Count];
            dense.ApplyMixed(ConjugateGradient(dense, damping, iterations), total);
            for (int i = 0; i < total.Length; i++)
            {
                total[i] = dense.Direct[i] - total[i];
            }

            Compare.Near(GoldenFiles.Flat(expected.GetProperty("cg")), InFileOrder(game.Leader, total), 1e-7, what + " cg");
        }
    }

    // Textbook conjugate gradient from 0 on the dense curvature.
    private static double[] ConjugateGradient(DenseTotalDerivative dense, double damping, int iterations)
    {
        double[] r = dense.LeaderInFollower.ToArray(), p = [.. r], x = new double[r.Length], ap = new double[r.Length];
        double rr = r.Sum(v => v * v);
        for (int k = 0; k < iterations; k++)
        {
            for (int i = 0; i < r.Length; i++)
            {
                ap[i] = damping * p[i];
                for (int j = 0; j < r.Length; j++)
                {
                    ap[i] += dense.Curvature[(i * r.Length) + j] * p[j];
                }
            }

            double alpha = rr / p.Zip(ap, (a, b) => a * b).Sum();
            for (int i = 0; i < r.Length; i++)
            {
                x[i] += alpha * p[i];
                r[i] -= alpha * ap[i];
            }

            double next = r.Sum(v => v * v);
            for (int i = 0; i < r.Length; i++)
            {
                p[i] = r[i] + (next / rr * p[i]);
            }

            rr = next;
        }

        return x;
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
