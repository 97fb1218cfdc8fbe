using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Training;

/// <summary>|TD error| of plain SAC while it learns, over the batches of its critic between two rows.</summary>
/// <param name="Step">Environment steps until the end of the row.</param>
/// <param name="Mean">Mean over the batches of the batch's mean.</param>
/// <param name="Q90">Mean over the batches of the batch's 0.9 quantile.</param>
/// <param name="Max">The largest.</param>
internal sealed record TdErrorRow(long Step, double Mean, double Q90, double Max);

/// <summary>
/// The clip of the residual correction by the heuristic of Wen et al. 2021, appendix D.2.2: train plain SAC on the task, and take
/// the largest |TD error| of its critic that occurs in training.
/// </summary>
internal static class ClipHeuristic
{
    private const int Rows = 20;

    // Where plain SAC is trained, these are settled.
    private static readonly string[] Settled = ["residual", "td_errors"];

    /// <summary>Trains plain SAC, by the preset <c>wen2021</c>, and measures.</summary>
    /// <param name="environment">Name of the task, for the preset and sentences.</param>
    /// <param name="create">Makes an instance, with actions in [-1, 1].</param>
    /// <param name="changes">Options of SAC that differ from the preset, by name.</param>
    /// <param name="steps">Environment steps.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="progress">Told the fraction that is done, now and then.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <returns>
    /// Rows of TD errors, those with a step of the critic; the largest of their maxima is the clip.
    /// </returns>
    /// <exception cref="UserError">
    /// An option is not accepted, SAC cannot learn the task, there is no step of the critic in so few steps, or training diverged.
    /// </exception>
    public static IReadOnlyList<TdErrorRow> Run(string environment, Func<IEnvironment> create,
        IReadOnlyList<(string Name, string Value)> changes, long steps, long seed, Action<double> progress, CancellationToken cancellation)
    {
        if (changes.FirstOrDefault(change => Settled.Contains(change.Name)).Name is string settled)
        {
            throw new UserError($"the heuristic trains plain SAC and measures its TD errors: leave out '{settled}'");
        }

        Method<AgentTask, IAgent> method = MethodCatalog.Agent("sac");
        Func<AgentTask, RandomStream, IAgent> agent =
            AgentPreset.Get("wen2021").Resolve(method, environment, [.. changes, ("td_errors", "true")]).Create;
        IEnvironment evaluation = create();
        AgentTask task = AgentTask.Of(evaluation);
        AgentMethods.Check(method, task, environment);
        using var training = new AgentTraining(
            agent(task, new RandomStream(seed).Split("agent")), create, evaluation, evaluationEpisodes: 1, seed);
        var rows = new List<TdErrorRow>();
        for (int row = 1; row <= Rows; row++)
        {
            while (training.Step < steps * row / Rows)
            {
                cancellation.ThrowIfCancellationRequested();
                training.Advance();
            }

            var measures = new TdErrors();
            training.Agent.Measure(measures);
            if (measures.Row(training.Step) is { } errors)
            {
                rows.Add(errors);
                if (!double.IsFinite(errors.Max))
                {
                    throw new UserError($"training diverged before step {training.Step}: the TD errors are not finite (try a smaller learning rate)");
                }
            }

            progress((double)row / Rows);
        }

        return rows.Count > 0 ? rows : throw new UserError($"there is no update in {steps} steps; give more --steps, or a smaller update_after");
    }

    private sealed class TdErrors : IMetrics
    {
        private readonly Dictionary<string, double> _values = [];

        // Null where there was no step of the critic.
        public TdErrorRow? Row(long step) => _values.TryGetValue("train/td_error_max", out double max)
            ? new(step, _values["train/td_error_mean"], _values["train/td_error_q90"], max)
            : null;

        public void Record(string name, double value) => _values[name] = value;
    }
}
