using Dyad.Core;
using Dyad.Studies.Running;
using Dyad.Training;

namespace Dyad.Studies.Tuning;

/// <summary>Does the runs that select, and makes the study of what they selected.</summary>
internal static class Tuner
{
    /// <summary>The runs that select.</summary>
    /// <param name="study">The study.</param>
    /// <param name="plan">What is tried.</param>
    /// <param name="request">What is wanted of the study.</param>
    /// <param name="store">Where runs of other studies are found.</param>
    public static IReadOnlyList<PlannedRun> Plan(Study study, TuningPlan plan, StudyRequest request, RunStore store) =>
        StudyPlan.Of(study, request, store, plan.Variants(request), plan.Seeds);

    /// <summary>The study with what was selected.</summary>
    /// <param name="study">The study.</param>
    /// <param name="plan">What was tried.</param>
    /// <param name="request">What is wanted of the study.</param>
    /// <param name="outcomes">How the runs that select ended.</param>
    /// <exception cref="UserError">No trial of any line can win.</exception>
    public static TunedStudy Select(Study study, TuningPlan plan, StudyRequest request, RunOutcome[] outcomes)
    {
        IReadOnlyList<FinishedRun> finished = RunReader.Read(outcomes, request.Jobs);
        IReadOnlyList<Selected> selected = Selection.Of(plan, request, outcomes, finished);
        if (selected.All(line => line.Winner is null))
        {
            RunOutcome? failed = outcomes.FirstOrDefault(outcome => outcome.Failure is not null);
            throw failed?.Cause is { } cause and not UserError ? cause
                : new UserError($"no trial of the study {study.Name} can be chosen, the first because {selected[0].Trials[0].Failure}");
        }

        return new TunedStudy(study, plan, selected, outcomes);
    }

    /// <summary>The first run that selects and has yet to be done, by its number; null where all have ended.</summary>
    public static int? Unended(IReadOnlyList<PlannedRun> trials)
    {
        int first = Enumerable.Range(0, trials.Count).FirstOrDefault(i => trials[i].Directory.Status != RunStatus.Failed && !RunLoop.HasFinished(trials[i].Directory, trials[i].Variant.Run(trials[i].Seed)), -1);
        return first < 0 ? null : first;
    }

    /// <summary>How runs ended that others did, all of which have.</summary>
    /// <param name="trials">The runs.</param>
    public static RunOutcome[] Ended(IReadOnlyList<PlannedRun> trials) =>
        [.. trials.Select(run => new RunOutcome(run, run.Directory.Status == RunStatus.Failed ? "the run failed" : null, null, WasFinished: true))];

    /// <summary>Progress of one of two parts of a study, as that of the whole.</summary>
    /// <param name="progress">Is told of the whole.</param>
    /// <param name="before">Share of all steps in parts before.</param>
    /// <param name="share">Share of all steps in this part.</param>
    /// <param name="runsBefore">Runs of parts before.</param>
    /// <param name="runs">All runs.</param>
    public static Action<StudyProgress> Part(Action<StudyProgress> progress, double before, double share, int runsBefore, int runs) => part => progress(part with
    {
        Fraction = Math.Min(1, before + (share * part.Fraction)),
        Done = runsBefore + part.Done,
        Runs = runs,

        // Of the runs that follow no more is known than their steps.
        Left = part.Left is { } left && part.Fraction < 1 && before == 0 ? left * (1 + ((1 - share) / Math.Max(share * (1 - part.Fraction), 1e-9))) : part.Left,
    });
}
