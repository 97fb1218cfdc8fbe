using System.Globalization;
using System.Text.Json;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>A row of metrics, and the evaluation that came with it.</summary>
internal sealed record RecordedRow(long Step, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<ScriptedStep> Evaluation);

/// <summary>What an agent did in a training run, and its state at the end.</summary>
internal sealed record Recording(
    IReadOnlyList<ScriptedStep> Steps, IReadOnlyList<RecordedRow> Rows, Func<string, double[]> Array)
{
    // What makes a method another one: a method of that name has to bring them itself.
    private static readonly string[] Identity = ["rule", "leader", "leader_derivative", "next_action", "residual"];

    // In one place: how an agent is made, trained and read.
    private const long Seed = 4;

    /// <summary>Environments, whose steps follow one another.</summary>
    public int Environments { get; init; } = 1;

    /// <summary>The agent's random numbers.</summary>
    public static RandomStream Stream => new RandomStream(Seed).Split("agent");

    /// <summary>Trains an agent of the settings on the scripted task, with two rows of metrics on the way.</summary>
    public static Recording Of(ReplaySettings settings)
    {
        var (steps, evaluation, rows) = (new List<ScriptedStep>(), new List<ScriptedStep>(), new List<RecordedRow>());
        int made = 0;
        IEnvironment Task(List<ScriptedStep> log, bool evaluates) =>
            settings.IsFinite ? new ScriptedTask(log, evaluates, evaluates ? 0 : made++, finite: true) : new RescaleAction(new ScriptedTask(log, evaluates, evaluates ? 0 : made++));

        Method<AgentTask, IAgent> method = MethodCatalog.Agent(settings.Method);
        using IEnvironment measured = Task(evaluation, true);
        IAgent agent = method.With(Changes(settings, [.. method.With([]).Options.Select(option => option.Name)]))
            .Create(AgentTask.Of(measured), Stream);
        using var training = new AgentTraining(agent, () => Task(steps, false), measured, evaluationEpisodes: 1, Seed);
        while (training.Step < settings.Steps)
        {
            training.Advance();
            long step = training.Step;
            if (step == settings.Steps || step == settings.Steps - 3)
            {
                evaluation.Clear();
                var row = new Recorder();
                training.Measure(row);
                rows.Add(new RecordedRow(step, row.Values.ToDictionary(entry => entry.Name, entry => entry.Value), [.. evaluation]));
            }
        }

        var state = SavedState.Of(agent.Serialize);
        return new Recording(steps, rows, name => state.Floats(name)) { Environments = settings.Environments };
    }

    private static IEnumerable<(string, string)> Changes(ReplaySettings settings, IReadOnlyList<string> options) =>
        from property in typeof(ReplaySettings).GetProperties()
        let name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)
        where options.Contains(name) && (settings.Method is "sac" or "ddpg" or "td3" or "sac-discrete" || !Identity.Contains(name))
        let value = property.GetValue(settings)
        let text = Convert.ToString(value, CultureInfo.InvariantCulture)!
        select (name, value is bool ? text.ToLowerInvariant() : text);
}
