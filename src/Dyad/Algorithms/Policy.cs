using System.Buffers;
using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// A trained policy on its own, from the file that a run leaves: it maps the task's own observations to the task's own actions. It needs no
/// agent, allocates nothing, and any number of threads may ask it at once.
/// </summary>
/// <example><code>
/// Policy policy = Policy.Load("runs/train/sac/Pendulum-v1/seed-0/policy-best.safetensors");
/// policy.Act(observation, action);
/// </code></example>
public sealed class Policy : IPolicy
{
    // Numbers of a layer that fit on the stack, twice.
    private const int LargestOnStack = 8192;

    // Between them e^x is a normal number in single precision.
    private const float LowestExponent = -87, HighestExponent = 88;

    private readonly Parameters<float> _parameters;
    private readonly Mlp<float> _network;
    private readonly Parameter<float>? _logDeviation;
    private readonly Box? _box;
    private readonly Box? _seenBox;
    private readonly int[] _choices;
    private readonly int _widest;

    private Policy(PolicyDescription description, Parameters<float> parameters, Mlp<float> network, Parameter<float>? logDeviation)
    {
        Description = description;
        _parameters = parameters;
        _network = network;
        _logDeviation = logDeviation;
        _box = description.Actions as Box;
        _seenBox = _box?.Normalized();
        _choices = [.. new AgentTask(network.Inputs, description.Actions).Choices];
        _widest = Math.Max(network.Inputs, network.Biases.Max(bias => bias.Columns.Count));
        Task = new AgentTask(network.Inputs, description.Actions) { KeepsOwnActions = true };
    }

    /// <summary>What its file says of it.</summary>
    public PolicyDescription Description { get; }

    /// <summary>The task that it is for, with the task's own actions.</summary>
    public AgentTask Task { get; }

    /// <summary>Reads a policy.</summary>
    /// <param name="path">A <c>policy.safetensors</c> or <c>policy-best.safetensors</c>.</param>
    /// <exception cref="UserError">The file cannot be read, is damaged, does not describe itself, or has other tensors than it says.</exception>
    public static Policy Load(string path)
    {
        var (metadata, shapes) = Safetensors.ReadHeader(path);
        PolicyDescription description = PolicyDescription.FromMetadata(metadata, path);

        // OWNER.NETWORK.weight0, weight1, ...
        string[] firsts = [.. shapes.Keys.Where(name => name.EndsWith(".weight0", StringComparison.Ordinal) && name.Split('.').Length == 3)];
        if (firsts.Length != 1)
        {
            throw new UserError($"'{path}' holds {firsts.Length} networks, and a policy has one");
        }

        string[] parts = firsts[0].Split('.');
        var sizes = new List<int> { shapes[firsts[0]].Rows };
        for (int i = 0; shapes.TryGetValue($"{parts[0]}.{parts[1]}.weight{i}", out (int Rows, int Columns) shape); i++)
        {
            sizes.Add(shape.Columns);
        }

        return Of(path, description, parts[0], parts[1], sizes, parameters => Safetensors.Read(path, parameters));
    }

    /// <summary>Reads a policy that another program made, in PyTorch's layout (<see cref="StateDict"/>): linear layers with ReLU or tanh between them.</summary>
    /// <param name="path">The file. A Gaussian's log standard deviations are its tensor <c>log_deviation</c>.</param>
    /// <param name="description">What the network's outputs mean, and the task's observations and actions.</param>
    /// <param name="network">The network's name in the file; null where it has one.</param>
    /// <exception cref="UserError">The file cannot be read, or its layers do not fit one another or the task.</exception>
    public static Policy LoadStateDict(string path, PolicyDescription description, string? network = null)
    {
        StateDictFile file = StateDict.Open(path);
        return Of(path, description, "actor", "policy", file.Sizes(network), parameters =>
        {
            StateDictFile.Copying copying = file.Match(parameters, named: network)!;
            if (!copying.IsWhole)
            {
                throw new UserError($"'{path}' lacks the tensor 'log_deviation', which a Gaussian policy has");
            }

            copying.Run();
        });
    }

    /// <summary>Writes the policy with what it is, as <see cref="Load"/> reads it.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => Safetensors.Write(path, _parameters, Description.ToMetadata());

    private static Policy Of(
        string path, PolicyDescription description, string owner, string name, IReadOnlyList<int> sizes, Action<Parameters<float>> read)
    {
        if (description.Fault() is { } fault)
        {
            throw new UserError($"'{path}' is for no task: {fault}");
        }

        int outputs = description.Actions switch
        {
            Discrete discrete => discrete.Count,
            MultiDiscrete several => several.Counts.Sum(),
            Box box => description.Head.Kind == PolicyKind.SquashedGaussian ? 2 * box.Size : box.Size,
            _ => 0,
        };
        if (sizes[0] != description.Observations.Size || sizes[^1] != outputs)
        {
            throw new UserError($"the network of '{path}' is {string.Join(" x ", sizes)}, and its task has {description.Observations.Size} inputs and {outputs} outputs");
        }

        if (description.Actions is Box { IsBounded: false } && description.Head.Kind != PolicyKind.Gaussian)
        {
            throw new UserError($"'{path}' is a {OptionBinder.Text(description.Head.Kind)} policy, whose actions need finite bounds, and those of its task have none");
        }

        var parameters = new Parameters<float>(owner);
        var network = new Mlp<float>(parameters, name, sizes, description.Head.Activation);
        Parameter<float>? logDeviation = description.Head.Kind == PolicyKind.Gaussian ? parameters.Add("log_deviation", 1, outputs) : null;
        read(parameters);
        return TensorPrimitives.IsFiniteAll<float>(parameters.Values)
            ? new Policy(description, parameters, network, logDeviation)
            : throw new UserError($"the parameters of '{path}' are not finite");
    }

    /// <summary>Chooses the mean or best action.</summary>
    /// <param name="observation">s, as the task writes it.</param>
    /// <param name="action">Receives a, as the task takes it: within its box, or the number of one of finitely many.</param>
    /// <exception cref="UserError">A span has another size than the task's.</exception>
    public void Act(ReadOnlySpan<double> observation, Span<double> action) => Choose(observation, action, null);

    /// <summary>Draws an action; the mean or best one where the policy has no distribution.</summary>
    /// <param name="observation">s, as the task writes it.</param>
    /// <param name="action">Receives a, as the task takes it.</param>
    /// <param name="stream">Random numbers, of the caller's thread.</param>
    /// <exception cref="UserError">A span has another size than the task's.</exception>
    public void Sample(ReadOnlySpan<double> observation, Span<double> action, RandomStream stream) => Choose(observation, action, stream);

    /// <summary>The policy as expressions: its action as the task takes it or the values of its choices, and its distribution before squashing.</summary>
    /// <param name="observation">rows x observation size.</param>
    /// <returns>
    /// Of a box: the mean action, rows x actions, and where it has a distribution the mean and standard deviation of the Gaussian. Of
    /// finitely many actions: their values or logarithms of probabilities, rows x actions, of which the largest is taken; of several
    /// choices, those of each beside one another.
    /// </returns>
    public (Expression<float> Output, Expression<float>? Mean, Expression<float>? Deviation) Express(Expression<float> observation)
    {
        observation = Seen(observation);
        if (_box is null)
        {
            return (Description.Head.Kind == PolicyKind.Categorical ? new CategoricalPolicy<float>(_network, _choices).LogProbabilities(observation) : _network.Apply(observation), null, null);
        }

        (Expression<float> output, Expression<float>? mean, Expression<float>? deviation) = Description.Head.Kind switch
        {
            PolicyKind.Deterministic => (new DeterministicPolicy<float>(_network).Action(observation), null, null),
            PolicyKind.SquashedGaussian => Squashed(),
            _ => Plain(),
        };

        return (_box.IsBounded ? Stretched(output, _box) : ActionBounds.Each(output, _box, (x, own) => own.IsBounded ? Stretched(x, own) : x), mean, deviation);

        (Expression<float>, Expression<float>?, Expression<float>?) Squashed()
        {
            (Expression<float> centre, Expression<float> log) = Gaussian.Split(_network.Apply(observation));
            return (Operations.Tanh(centre), centre, Operations.Exp(log));
        }

        (Expression<float>, Expression<float>?, Expression<float>?) Plain()
        {
            Expression<float> centre = _network.Apply(observation);
            return (ActionBounds.Held(centre, _seenBox!), centre, Operations.Exp(Operations.Broadcast(_logDeviation!, centre.Rows, centre.Columns)));
        }
    }

    // low + (x + 1) (high - low) / 2
    private static Expression<float> Stretched(Expression<float> x, Box box)
    {
        var bounds = new Parameters<float>("bounds");
        Parameter<float> low = bounds.Add("low", 1, box.Size), half = bounds.Add("half_range", 1, box.Size);
        for (int i = 0; i < box.Size; i++)
        {
            low.Values[i] = (float)box.Low[i];
            half.Values[i] = (float)((box.High[i] - box.Low[i]) / 2);
        }

        return ((x + 1) * half) + low;
    }

    // (s - mean) / deviation, within the bound.
    private Expression<float> Seen(Expression<float> observation)
    {
        if (Description.Scale is not { } scale)
        {
            return observation;
        }

        var constants = new Parameters<float>("scale");
        Parameter<float> mean = constants.Add("mean", 1, scale.Mean.Length), inverse = constants.Add("inverse_deviation", 1, scale.Mean.Length);
        for (int i = 0; i < scale.Mean.Length; i++)
        {
            mean.Values[i] = (float)scale.Mean[i];
            inverse.Values[i] = (float)(1 / scale.Deviation[i]);
        }

        return Operations.Clamp((observation - mean) * inverse, -ObservationScale.Bound, ObservationScale.Bound);
    }

    private void Choose(ReadOnlySpan<double> observation, Span<double> action, RandomStream? stream)
    {
        if (observation.Length != Task.ObservationSize || action.Length != Task.ActionSize)
        {
            throw new UserError($"an observation of {observation.Length} numbers and an action of {action.Length} were given to a policy that has "
                + $"{Task.ObservationSize} and {Task.ActionSize}");
        }

        if (_widest <= LargestOnStack)
        {
            Choose(observation, action, stream, stackalloc float[_widest], stackalloc float[_widest]);
            return;
        }

        float[] first = ArrayPool<float>.Shared.Rent(_widest), second = ArrayPool<float>.Shared.Rent(_widest);
        Choose(observation, action, stream, first, second);
        ArrayPool<float>.Shared.Return(first);
        ArrayPool<float>.Shared.Return(second);
    }

    private void Choose(ReadOnlySpan<double> observation, Span<double> action, RandomStream? stream, Span<float> x, Span<float> y)
    {
        ObservationScale? scale = Description.Scale;
        for (int i = 0; i < observation.Length; i++)
        {
            x[i] = scale is null ? (float)observation[i] : scale.Scaled(observation[i], i);
        }

        int layers = _network.Weights.Count;
        for (int i = 0; i < layers; i++)
        {
            ReadOnlySpan<float> bias = _network.Biases[i].Values;
            Span<float> output = y[..bias.Length];
            bool isHidden = i < layers - 1, rectify = isHidden && Description.Head.Activation == Activation.Relu;
            int inputs = _network.Weights[i].Rows.Count;
            MatrixProduct.Affine<float>(1, bias.Length, inputs, x[..inputs], _network.Weights[i].Values, bias, output, rectify);
            if (isHidden && !rectify)
            {
                VectorMath.Tanh<float>(output, output);
            }

            Span<float> old = x;
            x = y;
            y = old;
        }

        Decide(x[.._network.Outputs], action, stream);
    }

    private void Decide(Span<float> outputs, Span<double> action, RandomStream? stream)
    {
        if (_box is null)
        {
            for (int i = 0, first = 0; i < _choices.Length; first += _choices[i], i++)
            {
                Span<float> values = outputs.Slice(first, _choices[i]);
                action[i] = stream is not null && Description.Head.Kind == PolicyKind.Categorical ? Draw(values, stream) : TensorPrimitives.IndexOfMax<float>(values);
            }

            return;
        }

        for (int i = 0; i < action.Length; i++)
        {
            double value = outputs[i];
            if (stream is not null && (Description.Head.Kind is PolicyKind.SquashedGaussian or PolicyKind.Gaussian))
            {
                double log = Description.Head.Kind == PolicyKind.Gaussian ? _logDeviation!.Values[i] : Math.Clamp(outputs[action.Length + i], Gaussian.LowestLog, Gaussian.HighestLog);
                value += Math.Exp(log) * stream.Normal();
            }

            value = Description.Head.Kind == PolicyKind.Gaussian ? Math.Clamp(value, _seenBox!.Low[i], _seenBox.High[i]) : MathF.Tanh((float)value);
            action[i] = _box.IsBoundedIn(i) ? _box.Low[i] + ((value + 1) / 2 * (_box.High[i] - _box.Low[i])) : value;
        }
    }

    private static int Draw(Span<float> logits, RandomStream stream)
    {
        // The exponentials' sum is infinite or 0 in single precision, or has lost digits. Elsewhere nothing is subtracted, which would
        // round otherwise: draws keep their bits.
        float largest = TensorPrimitives.Max<float>(logits);
        if (largest < LowestExponent || largest > HighestExponent - MathF.Log(logits.Length))
        {
            TensorPrimitives.Subtract(logits, largest, logits);
        }

        TensorPrimitives.SoftMax<float>(logits, logits);
        TensorPrimitives.Log<float>(logits, logits);
        return CategoricalDraw.One(logits, stream.Uniform());
    }
}
