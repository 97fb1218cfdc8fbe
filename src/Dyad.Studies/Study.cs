using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Studies.Results;
using Dyad.Studies.Tuning;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>How large a study is run.</summary>
public enum StudyScale
{
    /// <summary>Under half a minute on two cores: shows the trend.</summary>
    Quick,

    /// <summary>The paper's sizes, with more seeds where that is cheap.</summary>
    Paper,
}

/// <summary>One variant of a study: a method with its options on an environment.</summary>
/// <param name="Label">Name in folders and legends.</param>
/// <param name="Environment">The task.</param>
/// <param name="Steps">Steps of each run.</param>
/// <param name="MeasureEvery">Steps between two rows of metrics.</param>
/// <param name="Method">What learns, with all its options; written to <c>config.json</c>.</param>
/// <param name="Create">Makes the learner of a seed.</param>
/// <param name="IsDeterministic">Whether the seed does not matter (exact computations): then one run is enough.</param>
/// <param name="Export">Writes what others read from a run's folder; called with every checkpoint.</param>
public sealed record Variant(
    string Label,
    string Environment,
    long Steps,
    long MeasureEvery,
    MethodConfig Method,
    Func<int, IIterative> Create,
    bool IsDeterministic = false,
    Action<IIterative, string>? Export = null)
{
    /// <summary>The task, as it stands in <c>config.json</c>.</summary>
    public TaskConfig Task { get; init; } = new(Environment);

    /// <summary>Whether a short time limit counts as a termination.</summary>
    public bool TimeLimitTerminates { get; init; }

    /// <summary>Whose networks its runs begin with; null where they are drawn.</summary>
    public OriginConfig? From { get; init; }

    /// <summary>The folder of that run; null where there is none.</summary>
    public string? Origin { get; init; }

    /// <summary>Episodes of one evaluation; 0 where what is measured is exact, or no return.</summary>
    public int EvaluationEpisodes { get; init; }

    /// <summary>How the gap to the gradient of the objective is measured; null where it is not.</summary>
    public JsonObject? Gap { get; init; }

    /// <summary>Name of its folder among those of the study's lines; the label if null.</summary>
    public string? Folder { get; init; }

    /// <summary>Where its seeds are among the lines: the folder of its name, and in that one of its task.</summary>
    internal string Place => Path.Combine(Folder ?? Label, Environment);

    /// <summary>The line of the study that it belongs to, where that is not its label.</summary>
    public string? Line { get; init; }

    /// <summary>Whether runs that are there keep the interval that they are measured at.</summary>
    public bool KeepsInterval { get; init; }

    /// <summary>What ends a run before its last step; null for nothing.</summary>
    public StopRule? Stop { get; init; }

    /// <summary>Policies that are kept along a run, one for each equal part of its steps.</summary>
    public int KeepPolicies { get; init; }

    /// <summary>The one seed whose policies are kept; null for all.</summary>
    public int? KeepSeed { get; init; }

    /// <summary>A seed's run.</summary>
    public Run Run(int seed) => new(Config(seed), () => Create(seed), Steps, Export)
    {
        Origin = Origin,
        Stop = Stop,
        KeepPolicies = KeepSeed is null || KeepSeed == seed ? KeepPolicies : 0,
        KeepPolicy = (learner, folder, name) =>
        {
            (learner as AgentTraining)?.SavePolicy(folder, name);
            TabularPolicyFile.Write(learner, folder, name);
        },
    };

    /// <summary>The configuration of a seed's run.</summary>
    public RunConfig Config(int seed) =>
        new(Method, Task, new TrainingConfig(seed, TimeLimitTerminates, From), new MeasuringConfig(MeasureEvery, EvaluationEpisodes, Gap));
}

/// <summary>A study: a question, the runs that answer it, and how the answer is read from them.</summary>
public abstract class Study
{
    /// <summary>Name on the command line, for example <c>wen2021/fig1</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Folder under the output folder where <c>summary.json</c> goes; runs are in <c>NAME/LABEL/ENVIRONMENT</c>.</summary>
    public virtual string ResultFolder => Name;

    /// <summary>One line for a reader who has not seen the paper.</summary>
    public abstract string Title { get; }

    /// <summary>Where the figure or claim comes from.</summary>
    public abstract string Source { get; }

    /// <summary>What is asked, and how it is measured.</summary>
    public abstract string Question { get; }

    /// <summary>Choices that the paper leaves open, and deviations from it.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Metric whose final value is summarised for each group.</summary>
    public virtual string SummaryMetric => "eval/return";

    /// <summary>The first of consecutive seeds.</summary>
    public virtual int FirstSeed => 0;

    /// <summary>Differs where a study that is read from a file differs; empty for one that is part of the build.</summary>
    public virtual string Fingerprint => "";

    /// <summary>Whether finished runs of other seeds that lie beside those of a call belong to its summary.</summary>
    public virtual bool AddsUp => false;

    /// <summary>What is tried before the options of the lines are known; null where nothing is.</summary>
    internal virtual TuningPlan? Tuning(StudyScale scale) => null;

    /// <summary>The seeds of each variant.</summary>
    /// <param name="scale">How large the study is run.</param>
    /// <param name="count">How many; the study's own number if null.</param>
    public virtual IReadOnlyList<int> Seeds(StudyScale scale, int? count) => [.. Enumerable.Range(FirstSeed, count ?? DefaultSeeds(scale))];

    /// <summary>Number of seeds of each variant, unless the user asks for another number.</summary>
    public abstract int DefaultSeeds(StudyScale scale);

    /// <summary>The variants, in the order of the legend.</summary>
    public abstract IReadOnlyList<Variant> Variants(StudyScale scale);

    /// <summary>Reads findings, charts and tables from the finished runs.</summary>
    public abstract Analysis Analyze(StudyRuns runs);
}

/// <summary>What a study reads from its runs.</summary>
/// <param name="Findings">What was measured, beside what the source claims.</param>
/// <param name="Charts">The figures.</param>
/// <param name="Tables">Further numbers.</param>
public sealed record Analysis(
    IReadOnlyList<Finding> Findings, IReadOnlyList<Chart> Charts, IReadOnlyList<DataTable> Tables);
