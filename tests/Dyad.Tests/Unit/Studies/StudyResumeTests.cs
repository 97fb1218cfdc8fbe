using Dyad.Core;
using Dyad.Studies;
using Dyad.Tests.Unit.Algorithms;

namespace Dyad.Tests.Unit.Studies;

[Trait("Category", "unit")]
public sealed class StudyResumeTests
{
    public static TheoryData<string> Names => [.. StudyCatalog.All.Select(study => study.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_checkpoint_between_a_step_and_its_measurement_loses_nothing(string name)
    {
        foreach (Variant variant in StudyCatalog.Find(name).Variants(StudyScale.Quick))
        {
            IIterative learner = variant.Create(1);
            learner.Advance();
            learner.Advance();
            IIterative loaded = variant.Create(1);
            using var folder = new TempFolder();
            (learner as IAppendOnlyState)?.SaveRows(folder.FullPath);
            StateArchive.Load(StateArchive.Save(learner.Serialize), loaded.Serialize);
            (loaded as IAppendOnlyState)?.LoadRows(folder.FullPath);
            Assert.Equal(Recorder.Of(learner).Values, Recorder.Of(loaded).Values);
        }
    }
}
