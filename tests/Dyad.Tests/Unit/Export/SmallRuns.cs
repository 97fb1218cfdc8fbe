using Dyad.Algorithms.Catalog;
using Dyad.Environments.Locating;
using Dyad.Export;
using Dyad.Studies;

namespace Dyad.Tests.Unit.Export;

/// <summary>Runs of a moment, on disk as commands leave them.</summary>
internal static class SmallRuns
{
    /// <summary>Two seeds of the exact policy gradient on FourRoom, 60 steps in rows of 20, as a study of <c>train</c>.</summary>
    public static void Write(string folder, int seeds = 2) => StudyRunner.Execute(
        TrainingStudy.Tabular(MethodCatalog.Tabular("policy-gradient"), TaskLocator.Find("FourRoom"), new TrainingRequest([], 60, 20, 0)),
        new StudyRequest(StudyScale.Quick, seeds, 1, folder, "./dyad train policy-gradient FourRoom"), _ => { }, _ => { }, CancellationToken.None);

    /// <summary>The runs under a folder, of which nothing is to be said.</summary>
    public static IReadOnlyList<ExportedRun> Read(string folder) =>
        ExportSource.Runs(folder, sentence => Assert.Fail(sentence));
}
