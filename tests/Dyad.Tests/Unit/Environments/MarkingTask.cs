using Dyad.Environments;
using Dyad.Environments.Wrappers;

namespace Dyad.Tests.Unit.Environments;

/// <summary>A task whose code leaves a mark: a file at the path that an environment variable names.</summary>
public sealed class MarkingTask : EnvironmentWrapper
{
    public const string Variable = "DYAD_TEST_MARK";

    public MarkingTask() : base(EnvironmentRegistry.Create("Pendulum-v1"))
    {
        if (Environment.GetEnvironmentVariable(Variable) is string path)
        {
            File.WriteAllText(path, "ran");
        }
    }

    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation) => Inner.Step(action, observation);
}
