using Dyad.Core;
using Dyad.Environments;

namespace Dyad.Tests.Unit.Environments;

/// <summary>A task as users write them, found in the tests' own library; its episodes never end.</summary>
public class OwnTask : IEnvironment
{
    public virtual Space ObservationSpace => Box.Uniform(1, -1, 1);

    public Space ActionSpace => Box.Uniform(1, -2, 2);

    public void Reset(Span<double> observation, long? seed = null) => observation[0] = 0;

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        observation[0] = action[0] / 2;
        return new StepResult(action[0], Terminated: false, Truncated: false);
    }

    public void Serialize(StateArchive archive)
    {
    }

    public void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>The same with nothing to see.</summary>
public sealed class EmptyTask : OwnTask
{
    public override Space ObservationSpace => new Box([], []);
}
