using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>
/// Scores of a method on several tasks, on a scale that the tasks share (<see cref="ScoreScale"/>), and what is said of all of them
/// together (Agarwal et al. 2021). With as many runs of every task, each number is that of rliable's definition.
/// </summary>
public sealed class TaskScores
{
    private readonly double[][] _runs;

    /// <summary>Scores of runs.</summary>
    /// <param name="runs">Of each task the scores of its runs: at least one task, at least one run of each.</param>
    public TaskScores(IReadOnlyList<IReadOnlyCollection<double>> runs)
    {
        if (runs.Count == 0 || runs.Any(task => task.Count == 0))
        {
            throw new ArgumentException("Scores need a task, and a run of each task.", nameof(runs));
        }

        _runs = [.. runs.Select(task => task.ToArray())];
    }

    /// <summary>Runs of all tasks.</summary>
    public int Runs => _runs.Sum(task => task.Length);

    /// <summary>The best score of a run.</summary>
    public double Best => _runs.Max(task => task.Max());

    /// <summary>Whether every task has as many seeds as an interquartile mean and a bootstrap interval need.</summary>
    public bool HasMiddle => _runs.All(task => task.Length >= Statistics.SeedsForMiddle);

    /// <summary>The mean over tasks of the means over runs.</summary>
    public double Mean => StudentEstimate.MeanOverTasks(_runs).Value;

    /// <summary>The 95 % interval of the mean by t, the tasks as given; unbounded where a task has one run.</summary>
    public Interval MeanInterval => StudentEstimate.MeanOverTasks(_runs).Interval();

    /// <summary>The median over tasks of the means over runs.</summary>
    public double Median => MedianOf(_runs);

    /// <summary>The interquartile mean of all runs of all tasks: a task with more runs weighs more.</summary>
    public double InterquartileMean => MiddleOf(_runs);

    /// <summary>By how much the mean falls short of a score, if nothing above it counts; each task weighs alike.</summary>
    /// <param name="target">The score that is good enough.</param>
    public double OptimalityGap(double target = 1) => GapOf(_runs, target);

    /// <summary>The share of runs with more than each of some scores, each task weighing alike: the run-score distribution.</summary>
    public double[] PerformanceProfile(IReadOnlyList<double> scores) => ProfileOf(_runs, scores);

    /// <summary>The 95 % stratified-bootstrap interval of the median; null with fewer than eight seeds of a task.</summary>
    public Interval? MedianInterval => Resampled(MedianOf);

    /// <summary>The 95 % stratified-bootstrap interval of the interquartile mean; null with fewer than eight seeds of a task.</summary>
    public Interval? InterquartileMeanInterval => Resampled(MiddleOf);

    /// <summary>The 95 % stratified-bootstrap interval of the optimality gap; null with fewer than eight seeds of a task.</summary>
    public Interval? OptimalityGapInterval(double target = 1) => Resampled(runs => GapOf(runs, target));

    /// <summary>The 95 % stratified-bootstrap interval of each point of the profile; null with fewer than eight seeds of a task.</summary>
    public IReadOnlyList<Interval>? PerformanceProfileIntervals(IReadOnlyList<double> scores) =>
        HasMiddle ? StratifiedBootstrap.Intervals(_runs, runs => ProfileOf(runs, scores)) : null;

    /// <summary>
    /// The probability that a run of this method is better than one of another on a task drawn at random: the mean over tasks of the
    /// share of pairs in which it is, ties counting half (Mann and Whitney's U over the number of pairs).
    /// </summary>
    /// <param name="other">Scores of the other method on the same tasks.</param>
    public double ProbabilityOfImprovement(TaskScores other) => ImprovementOf([.. _runs, .. OnSameTasks(other)._runs]);

    /// <summary>Its 95 % bootstrap interval, both methods resampled task by task; null with fewer than eight seeds of a task.</summary>
    public Interval? ProbabilityOfImprovementInterval(TaskScores other) => HasMiddle && OnSameTasks(other).HasMiddle
        ? StratifiedBootstrap.Interval([.. _runs, .. other._runs], ImprovementOf)
        : null;

    private Interval? Resampled(Func<IReadOnlyList<double[]>, double> statistic) =>
        HasMiddle ? StratifiedBootstrap.Interval(_runs, statistic) : null;

    private TaskScores OnSameTasks(TaskScores other) => other._runs.Length == _runs.Length
        ? other
        : throw new ArgumentException($"Scores on {other._runs.Length} tasks are held against scores on {_runs.Length}.", nameof(other));

    private static double MedianOf(IReadOnlyList<double[]> runs) => Statistics.Median([.. runs.Select(Statistics.Mean)]);

    private static double MiddleOf(IReadOnlyList<double[]> runs) => Statistics.InterquartileMean([.. runs.SelectMany(task => task)]);

    private static double GapOf(IReadOnlyList<double[]> runs, double target) =>
        target - runs.Average(task => task.Average(score => Math.Min(score, target)));

    private static double[] ProfileOf(IReadOnlyList<double[]> runs, IReadOnlyList<double> scores) =>
        [.. scores.Select(least => runs.Average(task => task.Count(score => score > least) / (double)task.Length))];

    // The first half of the strata are one method's tasks, the second half the other's.
    private static double ImprovementOf(IReadOnlyList<double[]> strata)
    {
        int tasks = strata.Count / 2;
        double sum = 0;
        for (int task = 0; task < tasks; task++)
        {
            (double[] mine, double[] theirs) = (strata[task], strata[tasks + task]);
            double better = 0;
            foreach (double x in mine)
            {
                foreach (double y in theirs)
                {
                    better += x > y ? 1 : x == y ? 0.5 : 0;
                }
            }

            sum += better / (mine.Length * theirs.Length);
        }

        return sum / tasks;
    }
}
