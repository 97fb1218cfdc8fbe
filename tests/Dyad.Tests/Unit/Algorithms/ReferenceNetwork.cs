namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// A fully connected network in double, written without the library: its parameters lie layer by layer, weights (inputs x outputs)
/// before biases.
/// </summary>
internal sealed record ReferenceNetwork(int[] Sizes, bool Relu = false)
{
    /// <summary>Number of parameters.</summary>
    public int Count { get; } = Enumerable.Range(1, Sizes.Length - 1).Sum(i => (Sizes[i - 1] + 1) * Sizes[i]);

    /// <summary>Outputs of an input.</summary>
    public double[] Value(double[] parameters, double[] x) => Layers(parameters, x)[^1];

    /// <summary>Adds scale times the derivative of outputs' weighted sum in the parameters.</summary>
    public void AddGradient(double[] gradient, double[] parameters, double[] x, double[] weights, double scale)
    {
        double[][] layers = Layers(parameters, x);
        double[] back = [.. weights.Select(weight => scale * weight)];
        int at = Count;
        for (int layer = Sizes.Length - 1; layer > 0; layer--)
        {
            (int inputs, int outputs, double[] from) = (Sizes[layer - 1], Sizes[layer], layers[layer - 1]);
            at -= (inputs + 1) * outputs;
            double[] next = new double[inputs];
            for (int j = 0; j < outputs; j++)
            {
                gradient[at + (inputs * outputs) + j] += back[j];
                for (int i = 0; i < inputs; i++)
                {
                    gradient[at + (i * outputs) + j] += from[i] * back[j];
                    next[i] += parameters[at + (i * outputs) + j] * back[j];
                }
            }

            back = layer == 1 ? next : [.. next.Select((d, i) => d * (Relu ? from[i] > 0 ? 1 : 0 : 1 - (from[i] * from[i])))];
        }
    }

    // The input, then what comes out of each layer.
    private double[][] Layers(double[] parameters, double[] x)
    {
        double[][] layers = new double[Sizes.Length][];
        layers[0] = x;
        int at = 0;
        for (int layer = 1; layer < Sizes.Length; layer++)
        {
            (int inputs, int outputs, double[] from) = (Sizes[layer - 1], Sizes[layer], layers[layer - 1]);
            double[] y = parameters[(at + (inputs * outputs))..(at + ((inputs + 1) * outputs))];
            for (int j = 0; j < outputs; j++)
            {
                for (int i = 0; i < inputs; i++)
                {
                    y[j] += from[i] * parameters[at + (i * outputs) + j];
                }
            }

            at += (inputs + 1) * outputs;
            layers[layer] = layer == Sizes.Length - 1 ? y : [.. y.Select(z => Relu ? Math.Max(z, 0) : Math.Tanh(z))];
        }

        return layers;
    }
}
