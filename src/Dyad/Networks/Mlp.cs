using System.Numerics;
using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Networks;

/// <summary>Element-wise function between layers.</summary>
public enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,
}

/// <summary>How weights are drawn.</summary>
public enum Initialization
{
    /// <summary>Weights and biases uniform on +-1/sqrt(inputs): what PyTorch's linear layers start from.</summary>
    PyTorch,

    /// <summary>He et al. 2015: normal weights of variance 2 / inputs, biases 0.</summary>
    He,

    /// <summary>Glorot and Bengio 2010: uniform weights of variance 2 / (inputs + outputs), biases 0.</summary>
    Xavier,

    /// <summary>Saxe et al. 2014: rows or columns orthonormal, times the gain; biases 0.</summary>
    Orthogonal,
}

/// <summary>Makes networks.</summary>
public static class Mlp
{
    /// <summary>A network whose weights are drawn as PyTorch draws them; of one stream, two of the same sizes are equal.</summary>
    /// <param name="player">The player.</param>
    /// <param name="name">Name for messages; unique in the player.</param>
    /// <param name="sizes">Inputs, hidden layers, outputs.</param>
    /// <param name="random">Stream of this network.</param>
    /// <param name="activation">Function between layers.</param>
    public static Mlp<T> Drawn<T>(
        Parameters<T> player, string name, IReadOnlyList<int> sizes, RandomStream random, Activation activation = Activation.Relu)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = new Mlp<T>(player, name, sizes, activation);
        network.Initialize(random);
        return network;
    }
}

/// <summary>
/// A multi-layer perceptron whose weights are part of a player's parameters: layer by layer the weight (inputs x outputs), then
/// the bias (1 x outputs); an activation between layers, none after the last.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Mlp<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] _weights;
    private readonly Parameter<T>[] _biases;
    private readonly UnaryFunction<T> _activation;

    /// <summary>Adds the matrices of a network to a player.</summary>
    /// <param name="player">The player.</param>
    /// <param name="name">Name for messages; unique in the player.</param>
    /// <param name="sizes">Inputs, hidden layers, outputs: at least two numbers.</param>
    /// <param name="activation">Function between layers.</param>
    public Mlp(Parameters<T> player, string name, IReadOnlyList<int> sizes, Activation activation = Activation.Relu)
        : this(player, name, sizes, FunctionOf(activation))
    {
    }

    /// <summary>The same with an element-wise function of one's own.</summary>
    public Mlp(Parameters<T> player, string name, IReadOnlyList<int> sizes, UnaryFunction<T> activation)
    {
        if (sizes.Count < 2 || sizes.Any(x => x < 1))
        {
            throw new ArgumentException($"{name}: a network needs at least two positive sizes, not {string.Join('x', sizes)}.", nameof(sizes));
        }

        _activation = activation;
        _weights = new Parameter<T>[sizes.Count - 1];
        _biases = new Parameter<T>[sizes.Count - 1];
        for (int i = 0; i < _weights.Length; i++)
        {
            _weights[i] = player.Add($"{name}.weight{i}", sizes[i], sizes[i + 1]);
            _biases[i] = player.Add($"{name}.bias{i}", 1, sizes[i + 1]);
        }
    }

    /// <summary>Weights, inputs x outputs, layer by layer.</summary>
    public IReadOnlyList<Parameter<T>> Weights => _weights;

    /// <summary>Biases, 1 x outputs, layer by layer.</summary>
    public IReadOnlyList<Parameter<T>> Biases => _biases;

    /// <summary>Number of inputs.</summary>
    public int Inputs => _weights[0].Rows.Count;

    /// <summary>Number of outputs.</summary>
    public int Outputs => _weights[^1].Columns.Count;

    /// <summary>The network's output for every row: rows x outputs.</summary>
    /// <param name="x">rows x inputs.</param>
    /// <exception cref="ShapeException">x has another number of columns.</exception>
    public Expression<T> Apply(Expression<T> x)
    {
        for (int i = 0; i < _weights.Length; i++)
        {
            x = Operations.Affine(x, _weights[i], _biases[i]);
            if (i < _weights.Length - 1)
            {
                x = _activation.Apply(x);
            }
        }

        return x;
    }

    /// <summary>Draws weights and biases.</summary>
    /// <param name="random">Stream of this network.</param>
    /// <param name="initialization">How.</param>
    /// <param name="gain">Factor of orthogonal weights of all layers but the last.</param>
    /// <param name="lastGain">Factor of orthogonal weights of the last layer.</param>
    public void Initialize(RandomStream random, Initialization initialization = Initialization.PyTorch, double gain = 1,
        double lastGain = 1)
    {
        for (int i = 0; i < _weights.Length; i++)
        {
            Parameter<T> weight = _weights[i];
            int inputs = weight.Rows.Count, outputs = weight.Columns.Count;
            _biases[i].Values.Clear();
            switch (initialization)
            {
                case Initialization.PyTorch:
                    Draw(weight.Values, random, 1 / Math.Sqrt(inputs));
                    Draw(_biases[i].Values, random, 1 / Math.Sqrt(inputs));
                    break;
                case Initialization.He:
                    foreach (ref T value in weight.Values)
                    {
                        value = T.CreateChecked(Math.Sqrt(2.0 / inputs) * random.Normal());
                    }

                    break;
                case Initialization.Xavier:
                    Draw(weight.Values, random, Math.Sqrt(6.0 / (inputs + outputs)));
                    break;
                default:
                    Orthogonal.Draw(weight.Values, inputs, outputs, random, i == _weights.Length - 1 ? lastGain : gain);
                    break;
            }
        }
    }

    private static UnaryFunction<T> FunctionOf(Activation activation) => activation switch
    {
        Activation.Relu => UnaryFunctions.Relu<T>(),
        _ => UnaryFunctions.Tanh<T>(),
    };

    /// <summary>Sets the last layer to zero: the network's output is 0, and so is its derivative in the inputs.</summary>
    public void ClearLast()
    {
        _weights[^1].Values.Clear();
        _biases[^1].Values.Clear();
    }

    private static void Draw(Span<T> values, RandomStream random, double bound)
    {
        foreach (ref T value in values)
        {
            value = T.CreateChecked(random.Uniform(-bound, bound));
        }
    }
}
