using Dyad.Studies.Comparisons;

namespace Dyad.Studies.Tuning;

/// <summary>Options that are tried for a line on a task.</summary>
/// <param name="Options">The options with their values.</param>
/// <param name="Tried">The runs that select, in the length of tuning; its label is the trial's own.</param>
/// <param name="Final">The line's runs with these options, if they win.</param>
internal sealed record Trial(IReadOnlyList<(string Name, string Value)> Options, Variant Tried, Variant Final);

/// <summary>A line on a task with what is tried for it.</summary>
/// <param name="Label">The line.</param>
/// <param name="Legend">Its name in sentences.</param>
/// <param name="Environment">The task.</param>
/// <param name="Trials">What is tried.</param>
/// <param name="Untuned">Its runs with the options that it has without the search; null where nobody asks for them.</param>
internal sealed record TunedLine(string Label, string Legend, string Environment, IReadOnlyList<Trial> Trials, Variant? Untuned = null);

/// <summary>How the options of a study's lines are chosen before they are compared.</summary>
/// <param name="Lines">The lines, task by task.</param>
/// <param name="Seeds">Seeds that select; none of them is among those that are reported.</param>
/// <param name="Metric">What decides.</param>
/// <param name="Over">What of a run decides.</param>
/// <param name="HasOwnSteps">Whether the length of a trial is the file's, and not that of the study's runs.</param>
/// <param name="Search">The search in words.</param>
internal sealed record TuningPlan(IReadOnlyList<TunedLine> Lines, IReadOnlyList<int> Seeds, string Metric, ClaimSpan Over, bool HasOwnSteps, string Search)
{
    /// <summary>The runs that select, as variants.</summary>
    /// <param name="request">What is wanted of the study.</param>
    public IReadOnlyList<Variant> Variants(StudyRequest request) => [.. Chosen(request).SelectMany(line => line.Trials).Select(trial => Sized(trial, request))];

    /// <summary>The lines that are asked for.</summary>
    public IEnumerable<TunedLine> Chosen(StudyRequest request) => Lines.Where(line => request.Only?.Contains(line.Label) ?? true);

    // A trial in the length that is asked for.
    private Variant Sized(Trial trial, StudyRequest request) => HasOwnSteps ? trial.Tried : trial.Tried with { Steps = request.Steps ?? trial.Tried.Steps };
}
