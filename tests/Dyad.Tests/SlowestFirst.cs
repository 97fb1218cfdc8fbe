using Dyad.Tests.EndToEnd;
using Dyad.Tests.Unit.Environments.Python;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Dyad.Tests.SlowestFirst))]

namespace Dyad.Tests;

/// <summary>
/// Classes that take the longest come first, then the other end-to-end tests, which wait for other programs; the many short ones fill
/// the end, so that no core waits for a last long class.
/// </summary>
public sealed class SlowestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Slow =
    [
        typeof(PackageTests), typeof(ReproduceTests), typeof(SlurmTests), typeof(StoredPageTests), typeof(PythonEnvironmentTests),
        typeof(ExamplesTests), typeof(TaskKindTests), typeof(DocumentProgramTests),
    ];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => Rank(collection.TestCollectionDisplayName))];

    // "Test collection for Dyad.Tests.EndToEnd.PackageTests (id: ...)"
    private static int Rank(string name)
    {
        int slow = Array.FindIndex(Slow, type => name.Contains($" {type.FullName} ", StringComparison.Ordinal));
        return slow >= 0 ? slow : name.Contains(".EndToEnd.", StringComparison.Ordinal) ? Slow.Length : Slow.Length + 1;
    }
}
