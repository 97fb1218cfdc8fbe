namespace Dyad.Studies.Comparisons;

/// <summary>Variants that are made elsewhere, as one comparison: of a sweep, or of stored runs.</summary>
internal sealed class ComparisonStudy(string name, string resultFolder, string title, string source, Comparison comparison, IReadOnlyList<Variant> variants, int firstSeed) : Study
{
    public override string Name => name;

    public override string ResultFolder => resultFolder;

    public override string Title => title;

    public override string Source => source;

    public override string Question => "What do the lines differ in, and which learns better?";

    public override IReadOnlyList<string> Notes => comparison.Notes("", []);

    public override string SummaryMetric => comparison.Plan.Metric;

    public override int FirstSeed => firstSeed;

    public override int DefaultSeeds(StudyScale scale) => 1;

    public override IReadOnlyList<Variant> Variants(StudyScale scale) => variants;

    public override Analysis Analyze(StudyRuns runs) => comparison.Analyze(runs);
}
