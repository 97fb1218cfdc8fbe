using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;

namespace Dyad.Algorithms;

/// <summary>
/// The side of an on-policy method that faces the environments: it keeps the steps of the present policy and runs programs over
/// them, a piece of rows at a time, which fits the processor's caches and holds episodes of any length.
/// </summary>
internal sealed class OnPolicyExperience
{
    // Rows of a piece: what lies between layers of 64 units then stays in the first caches; twice as fast as 4,000 at once.
    private const int Piece = 128;

    private readonly Extent _rows = new("rows", Piece);
    private readonly int _observationSize;
    private readonly int _actionSize;
    private readonly OnPolicyActor _actor;
    private readonly double[] _seen;
    private readonly double[] _seenNext;
    private float[] _weights = [];
    private float[] _returns = [];
    private float[] _nextValues = [];
    private float[] _advantages = [];
    private float[] _logProbabilities = [];
    private float[] _values = [];

    /// <summary>No steps yet.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="actor">Who acts.</param>
    /// <param name="environments">Environments, n.</param>
    /// <param name="steps">Steps of each environment in a batch; of a single environment there may be more.</param>
    public OnPolicyExperience(AgentTask task, OnPolicyActor actor, int environments, int steps)
    {
        _observationSize = task.ObservationSize;
        _actionSize = task.ActionSize;
        _actor = actor;
        _seen = new double[_observationSize];
        _seenNext = new double[_observationSize];
        Steps = new Rollout(environments, _observationSize, _actionSize, steps);
        Inputs = new RolloutInputs<float>(_rows, _observationSize, _actionSize);
    }

    /// <summary>The steps.</summary>
    public Rollout Steps { get; }

    /// <summary>A piece of them as inputs of programs.</summary>
    public RolloutInputs<float> Inputs { get; }

    /// <summary>What each step's score is weighted by; sized by <see cref="Close"/>.</summary>
    public Span<float> Weights => _weights.AsSpan(0, Steps.Count);

    /// <summary>What the critic's value of each step is compared with; sized by <see cref="Close"/>.</summary>
    public Span<float> Returns => _returns.AsSpan(0, Steps.Count);

    /// <summary>V(s_{t+1}) of each step, see <see cref="AdvantageEstimation"/>; sized by <see cref="Close"/>.</summary>
    public Span<float> NextValues => _nextValues.AsSpan(0, Steps.Count);

    /// <summary>A_t of each step, before it is normalised and without gamma^t; sized by <see cref="Close"/>.</summary>
    public Span<float> Advantages => _advantages.AsSpan(0, Steps.Count);

    /// <summary>log pi(a_t|s_t) of the policy that drew a_t, where a method computes it; sized by <see cref="Close"/>.</summary>
    public Span<float> LogProbabilities => _logProbabilities.AsSpan(0, Steps.Count);

    /// <summary>V(s_t) of the critic at the epoch's end, where a method keeps it; sized by <see cref="Close"/>.</summary>
    public Span<float> Values => _values.AsSpan(0, Steps.Count);

    /// <summary>What the advantages in <see cref="Weights"/> were divided by.</summary>
    public double AdvantageUnit { get; set; } = 1;

    /// <summary>Keeps a step of each environment, with the actions that the actor drew last.</summary>
    /// <returns>Episodes that ended.</returns>
    public int Add(ReadOnlySpan<double> observations, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        int ended = 0;
        for (int i = 0; i < results.Length; i++)
        {
            int at = i * _observationSize;
            StepResult result = results[i];
            if (_actor.Rewards is { } rewards)
            {
                rewards.Update(i, result);
                result = result with { Reward = rewards.Scaled(result.Reward) };
            }

            Steps.Add(i, Seen(observations.Slice(at, _observationSize), _seen), _actor.Actions.Slice(i * _actionSize, _actionSize), result,
                Seen(next.Slice(at, _observationSize), _seenNext));
            ended += results[i].Done ? 1 : 0;
        }

        // Afterwards: a step is kept as the actor saw it.
        for (int i = 0; _actor.Scaler is not null && i < results.Length; i++)
        {
            _actor.Scaler.Update(observations.Slice(i * _observationSize, _observationSize));
        }

        return ended;

        ReadOnlySpan<double> Seen(ReadOnlySpan<double> observation, double[] room)
        {
            if (_actor.Scaler is not { } scaler)
            {
                return observation;
            }

            scaler.Write<double, double>(observation, room);
            return room;
        }
    }

    /// <summary>Ends the batch; the weights are gamma^t where visits are discounted, and 1 elsewhere.</summary>
    public void Close(OnPolicyOptions options)
    {
        Steps.Close();
        if (_weights.Length < Steps.Count)
        {
            Array.Resize(ref _weights, 2 * Steps.Count);
            Array.Resize(ref _returns, 2 * Steps.Count);
            Array.Resize(ref _nextValues, 2 * Steps.Count);
            Array.Resize(ref _advantages, 2 * Steps.Count);
            Array.Resize(ref _logProbabilities, 2 * Steps.Count);
            Array.Resize(ref _values, 2 * Steps.Count);
        }

        WeighVisits(options);
    }

    /// <summary>Puts the weights back to those of visits alone.</summary>
    public void WeighVisits(OnPolicyOptions options)
    {
        ReadOnlySpan<int> times = Steps.Times;
        for (int i = 0; i < times.Length; i++)
        {
            _weights[i] = options.DiscountedVisits ? (float)Math.Pow(options.Discount, times[i]) : 1;
        }
    }

    /// <summary>Mean over rows of what a program computes as a mean over a piece.</summary>
    /// <param name="program">The program.</param>
    /// <param name="output">What it leaves.</param>
    /// <param name="mean">Receives the mean.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="prepare">As for <see cref="Evaluate"/>.</param>
    public void Mean(
        CompiledProgram program, Output<float> output, Span<float> mean, int first, int count, Action? prepare = null)
    {
        mean.Clear();
        for (int at = first; at < first + count; at += Piece)
        {
            int rows = Math.Min(Piece, first + count - at);
            Fill(at, rows);
            prepare?.Invoke();
            program.Run();
            TensorPrimitives.MultiplyAdd(output.Values, rows / (float)count, mean, mean);
        }
    }

    /// <summary>Values of all rows, one a row.</summary>
    /// <param name="program">The program.</param>
    /// <param name="output">What it leaves, rows x 1.</param>
    /// <param name="prepare">Is called for each piece before the program runs: fills inputs of its own.</param>
    /// <param name="values">Receives the values.</param>
    public void Evaluate(CompiledProgram program, Output<float> output, Action? prepare, Span<float> values)
    {
        for (int at = 0; at < values.Length; at += Piece)
        {
            int rows = Math.Min(Piece, values.Length - at);
            Fill(at, rows);
            prepare?.Invoke();
            program.Run();
            output.Values.CopyTo(values[at..]);
        }
    }

    /// <summary>
    /// Computes <see cref="NextValues"/>: where a stretch ends without a termination by a program, elsewhere from the values of
    /// the steps themselves, or 0 where these are not given.
    /// </summary>
    /// <param name="program">Computes V(s_{t+1}) of the rows.</param>
    /// <param name="output">Where it leaves them, rows x 1.</param>
    /// <param name="prepare">As for <see cref="Evaluate"/>.</param>
    /// <param name="values">V(s_t), or nothing where the ends are all that matters.</param>
    public void EvaluateNext(CompiledProgram program, Output<float> output, Action? prepare, ReadOnlySpan<float> values)
    {
        ReadOnlySpan<bool> last = Steps.Last;
        for (int i = 0; i < last.Length; i++)
        {
            _nextValues[i] = last[i] || values.IsEmpty ? 0 : values[i + 1];
            if (last[i] && Steps.Terminated[i] == 0)
            {
                Fill(i, 1);
                prepare?.Invoke();
                program.Run();
                _nextValues[i] = output.Value;
            }
        }
    }

    /// <summary>Puts rows into the inputs.</summary>
    public void Fill(int first, int count)
    {
        _rows.Count = count;
        Copy(first, count, Inputs, 0);
    }

    /// <summary>Puts rows into other inputs, as many as these have.</summary>
    public void Fill(ReadOnlySpan<int> rows, RolloutInputs<float> inputs)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            Copy(rows[i], 1, inputs, i);
        }
    }

    /// <summary>Puts what segments have beside into inputs that have as many rows.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="centered">Whether the mean of the advantages is taken from them.</param>
    public void FillSegment(int first, SegmentInputs<float> inputs, bool centered)
    {
        Span<float> continues = inputs.Continues.Values;
        for (int i = 0; i < continues.Length; i++)
        {
            continues[i] = Steps.Last[first + i] ? 0 : 1;
        }

        Span<float> advantages = inputs.Advantage.Values;
        _advantages.AsSpan(first, continues.Length).CopyTo(advantages);
        if (centered)
        {
            TensorPrimitives.Subtract(advantages, TensorPrimitives.Sum<float>(advantages) / advantages.Length, advantages);
        }

        inputs.Number();
    }

    private void Copy(int first, int count, RolloutInputs<float> inputs, int at)
    {
        Rows(Steps.Observations, inputs.Observation, _observationSize);
        Rows(Steps.NextObservations, inputs.NextObservation, _observationSize);
        inputs.SetChoices(Rows(Steps.Actions, inputs.Action, _actionSize), at);
        Rows(Steps.Rewards, inputs.Reward, 1);
        Rows(Steps.Terminated, inputs.Terminated, 1);
        Rows(_weights, inputs.Weight, 1);
        Rows(_returns, inputs.Return, 1);
        Rows(_logProbabilities, inputs.OldLogProbability, 1);
        Rows(_values, inputs.OldValue, 1);

        ReadOnlySpan<float> Rows(ReadOnlySpan<float> from, Input<float> to, int size)
        {
            ReadOnlySpan<float> rows = from.Slice(first * size, count * size);
            rows.CopyTo(to.Values[(at * size)..]);
            return rows;
        }
    }

    /// <summary>Saves or loads the steps of a batch that is not closed.</summary>
    public void Serialize(StateArchive archive) => Steps.Serialize(archive);
}
