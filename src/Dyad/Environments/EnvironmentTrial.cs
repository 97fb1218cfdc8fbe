using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments;

/// <summary>An environment under the checker, with its buffers and random actions, which a seed starts again.</summary>
internal sealed class EnvironmentTrial : IDisposable
{
    private readonly double[] _action;
    private RandomStream _actions = new(0);

    public EnvironmentTrial(IEnvironment environment)
    {
        Environment = environment;
        Observation = new double[environment.ObservationSpace.Size];
        _action = new double[environment.ActionSpace.Size];
    }

    public IEnvironment Environment { get; }

    public double[] Observation { get; }

    public StepResult Result { get; private set; }

    public void Reset(long? seed)
    {
        if (seed is long number)
        {
            _actions = new RandomStream(number).Split("actions");
        }

        Environment.Reset(Observation, seed);
        Result = default;
    }

    public void DrawAction() => Environment.ActionSpace.Sample(_actions, _action);

    public void TakeAction() => Result = Environment.Step(_action, Observation);

    public void Step()
    {
        DrawAction();
        TakeAction();
    }

    /// <summary>A step, or a reset that goes on with the stream where the episode is over.</summary>
    public void StepOrReset()
    {
        if (Result.Done)
        {
            Reset(null);
        }
        else
        {
            Step();
        }
    }

    /// <summary>What steps and resets bring, one row each: the observation, reward and flags.</summary>
    public double[][] Rows(int count)
    {
        double[][] rows = new double[count][];
        for (int i = 0; i < count; i++)
        {
            StepOrReset();
            rows[i] = Row();
        }

        return rows;
    }

    /// <summary>Rows before and after a reset in between, which shows where the random stream is.</summary>
    public double[][] RowsAroundReset(int count)
    {
        double[][] before = Rows(count);
        Reset(null);
        return [.. before, Row(), .. Rows(count)];
    }

    /// <summary>The environment's state, with that of the actions and of the episode.</summary>
    public void Serialize(StateArchive archive)
    {
        StepResult result = Result;
        archive.Value("result", ref result);
        Result = result;
        _actions.Serialize(archive);
        Environment.Serialize(archive);
    }

    public void Dispose() => Environment.Dispose();

    private double[] Row() =>
        [.. Observation, Result.Reward, Result.Terminated ? 1 : 0, Result.Truncated ? 1 : 0, Result.Failed ? 1 : 0];
}
