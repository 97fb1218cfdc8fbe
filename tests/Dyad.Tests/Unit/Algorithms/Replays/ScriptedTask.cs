using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>A step as the task knows it.</summary>
/// <param name="S">s, of which the action was asked for.</param>
/// <param name="A">The action that came, in the task's own units.</param>
/// <param name="Result">Reward and end.</param>
/// <param name="Next">s', the final observation where the episode ended.</param>
internal sealed record ScriptedStep(double[] S, double[] A, StepResult Result, double[] Next)
{
    /// <summary>The first observation of the next episode, where the episode ended.</summary>
    public double[] First { get; set; } = [];
}

/// <summary>
/// Random observations and rewards, with ends by a script, that writes down what happened. An evaluation's episodes have three
/// steps. A task of a later number is so many steps ahead in the script.
/// </summary>
/// <param name="log">Receives each step.</param>
/// <param name="evaluation">Whether it is for an evaluation.</param>
/// <param name="number">How many steps ahead it is.</param>
/// <param name="finite">Whether there are finitely many actions instead of a box.</param>
internal sealed class ScriptedTask(List<ScriptedStep> log, bool evaluation = false, int number = 0, bool finite = false) : IEnvironment
{
    public const int ObservationSize = 2, ActionSize = 2, ActionCount = 3;

    public static readonly double[] Low = [-2, 0], High = [1, 3];

    private RandomStream _random = new(0);
    private double[] _present = [];
    private ScriptedStep? _last;
    private int _steps = number;

    public Space ObservationSpace { get; } = Box.Uniform(ObservationSize, -100, 100);

    public Space ActionSpace { get; } = finite ? new Discrete(ActionCount) : new Box(Low, High);

    public void Reset(Span<double> observation, long? seed = null)
    {
        _random = seed is long number ? new RandomStream(number) : _random;
        _present = Draw();
        if (_last is not null)
        {
            _last.First = _present;
        }

        _present.CopyTo(observation);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _steps++;
        bool terminated = _steps is 2 or 6 or 11, failed = _steps is 5 or 9, truncated = failed || _steps is 3 or 8 or 11;
        double reward = (float)(failed ? 5 : _random.Normal());
        StepResult result = evaluation
            ? new StepResult(reward, Terminated: false, Truncated: _steps % 3 == 0)
            : new StepResult(reward, terminated, truncated, failed);
        double[] next = Draw();
        _last = new ScriptedStep(_present, action.ToArray(), result, next);
        log.Add(_last);
        _present = next;
        next.CopyTo(observation);
        return result;
    }

    public void Serialize(StateArchive archive) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private double[] Draw() => [.. Enumerable.Range(0, ObservationSize).Select(_ => (double)(float)_random.Normal())];
}
