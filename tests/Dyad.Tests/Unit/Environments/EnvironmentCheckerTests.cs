using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.ClassicControl;
using Dyad.Environments.Gridworlds;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class EnvironmentCheckerTests
{
    private const int Rules = 8;

    public static IReadOnlyList<TheoryDataRow<string>> OwnTasks =>
        [.. GridTasks.All.Concat(ClassicTasks.All).Select(entry => new TheoryDataRow<string>(entry.Name))];

    public static TheoryData<Fault, string> Faults => new()
    {
        { Fault.LeaksNaN, "component 1 of the observation is NaN after step 3" },
        { Fault.LeavesObservationUnwritten, "component 1 of the observation is NaN after a reset" },
        { Fault.LeavesItsSpace, "component 0 of the observation is 101 after step 3, outside" },
        { Fault.RewardsInfinity, "the reward is Infinity after step 3" },
        { Fault.IgnoresSeed, "the seed does not start everything again" },
        { Fault.SharesRandomness, "two instances with seed" },
        { Fault.ForgetsPosition, "a part of the state is not in Serialize" },
        { Fault.ForgetsStream, "a part of the state is not in Serialize" },
        { Fault.GoesOnAfterTheEnd, "after it goes on" },
        { Fault.EndsTwice, "is terminated and truncated" },
        { Fault.FailsWithoutTruncation, "failed and is not truncated" },
        { Fault.TakesNaN, "an action of NaN is taken" },
        { Fault.TakesAnySize, "an action of 2 numbers is taken" },
        { Fault.RefusesWithoutItsName, "does not name the task 'Line'" },
        { Fault.Allocates, "bytes" },
        { Fault.Throws, "NotSupportedException: a bug" },
        { Fault.HasCrossedBounds, "bounds 0 are 1 and -1" },
    };

    [Theory]
    [MemberData(nameof(OwnTasks))]
    public void Every_task_is_sound_in_its_time_limit(string name)
    {
        EnvironmentEntry entry = EnvironmentRegistry.Get(name);
        IReadOnlyList<EnvironmentFinding> findings = EnvironmentChecker.Check(() => EnvironmentRegistry.Create(entry), name);
        Assert.Equal(Rules, findings.Count);
        Assert.All(findings, finding => Assert.Null(finding.Problem));
        Assert.All(findings, finding => Assert.Null(finding.Note));
    }

    [Fact]
    public void A_sound_environment_has_no_finding() =>
        Assert.All(EnvironmentChecker.Check(() => new LineEnvironment(), LineEnvironment.Name), finding => Assert.Null(finding.Problem));

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_planted_fault_is_found(Fault fault, string sentence)
    {
        EnvironmentFinding[] wrong = [.. EnvironmentChecker.Check(() => new LineEnvironment(fault), LineEnvironment.Name).Where(f => !f.Holds)];
        Assert.Contains(wrong, finding => finding.Problem!.Contains(sentence, StringComparison.Ordinal));
        Assert.All(wrong, finding => Assert.DoesNotContain('\n', finding.Problem!));
    }

    [Fact]
    public void Every_fault_is_in_the_list() =>
        Assert.Equal(Enum.GetValues<Fault>().Length - 1, Faults.Count);

    [Fact]
    public void An_end_that_was_not_seen_is_noted() => Assert.Contains(
        EnvironmentChecker.Check(() => new Pendulum(), "Pendulum-v1"),
        finding => finding is { Holds: true, Note: "no episode ended in 2000 steps; without a step limit an evaluation might never end" });

    [Fact]
    public void An_environment_that_cannot_be_made_is_an_error() =>
        Assert.Equal("no", Assert.Throws<UserError>(() => EnvironmentChecker.Check(() => throw new UserError("no"))).Message);
}
