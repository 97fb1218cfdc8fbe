using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Recording;
using Dyad.Environments.Wrappers;
using Dyad.Experience;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Diagnostics;

/// <summary>An episode that was played, with what its agent thought of it.</summary>
/// <param name="Seed">Seed of its start.</param>
/// <param name="Recording">What happened; without columns where the task does not say what to draw.</param>
/// <param name="Actions">The actions, one for each row but the last, as the agent sees them.</param>
/// <param name="Values">The agent's values by name (<see cref="IValuing"/>), as many as actions; none where it has none.</param>
public sealed record PlayedEpisode(
    long Seed, EpisodeRecording Recording, IReadOnlyList<double[]> Actions, IReadOnlyList<(string Name, float[] Values)> Values);

/// <summary>Plays episodes to be looked at: the mean or best action, every row and every value recorded.</summary>
public static class EpisodePlayer
{
    /// <summary>Plays episodes; episode i starts from seed + i, so that policies side by side meet the same starts.</summary>
    /// <param name="task">The task as agents see it, in its time limit; it need not say what to draw.</param>
    /// <param name="name">Its name.</param>
    /// <param name="policy">What acts.</param>
    /// <param name="agent">Whose values are recorded, at its parameters of the moment; null for none.</param>
    /// <param name="episodes">How many.</param>
    /// <param name="seed">Seed of the first.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="UserError">The policy is for a task with other observations or actions.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<PlayedEpisode> Play(
        IEnvironment task, string name, IPolicy policy, IValuing? agent, int episodes, long seed, CancellationToken cancellation = default)
    {
        task = policy.Task.Fit(task);
        var recorder = new EpisodeRecorder(EnvironmentWrapper.Find<IRecordable>(task) is null ? new Undrawn(task) : task, name);
        ValueProbe? probe = agent is null ? null : new ValueProbe(agent);
        return [.. Enumerable.Range(0, episodes).Select(i => PlayOne(recorder, policy, probe, i, seed + i, cancellation))];
    }

    private static PlayedEpisode PlayOne(
        EpisodeRecorder task, IPolicy policy, ValueProbe? probe, int episode, long seed, CancellationToken cancellation)
    {
        double[] observation = new double[task.ObservationSpace.Size];
        var actions = new List<double[]>();
        probe?.Begin();
        task.Reset(observation, seed);
        StepResult result;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            double[] action = new double[task.ActionSpace.Size];
            policy.Act(observation, action);
            Evaluation.RequireFinite(action, episode, actions.Count + 1);
            actions.Add(action);
            probe?.Add(observation, action);
            result = task.Step(action, observation);
        }
        while (!result.Done);
        return new PlayedEpisode(seed, task.Recording, actions, probe?.Values ?? []);
    }

    // A task that does not say what to draw: of its episodes the rewards are recorded.
    private sealed class Undrawn(IEnvironment inner) : EnvironmentWrapper(inner), IRecordable
    {
        public IReadOnlyList<string> Columns => [];

        public double TimeStep => 1;

        public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation) => Inner.Step(action, observation);

        public void CopyRow(Span<double> row)
        {
        }
    }

    // Asks an agent for its values of one state and action after the other.
    private sealed class ValueProbe
    {
        // A value that is a sample, as that of a random action, is the mean over this many.
        private const int Samples = 64;

        private readonly Input<float> _observation;
        private readonly Input<float> _action;
        private readonly CompiledProgram _program;
        private readonly (string Name, Output<float> Value)[] _outputs;
        private readonly ObservationScaler? _scaler;
        private List<float>[] _values = [];

        public ValueProbe(IValuing agent)
        {
            _observation = new Input<float>("observation", Samples, agent.Task.ObservationSize);
            _action = new Input<float>("action", Samples, agent.Task.ActionSize);
            var noise = new Input<float>("noise", Samples, agent.Task.ActionSize);

            // The same noise in every step: what moves along the episode is the state's doing.
            new RandomStream(0).Normal(noise.Values);
            var builder = new ProgramBuilder<float>();
            _outputs = [.. agent.Values(_observation, _action, noise).Select(value => (value.Name, builder.Output(Operations.Mean(value.Value))))];
            _program = builder.Build();
            _scaler = agent.Scaler;
        }

        public IReadOnlyList<(string Name, float[] Values)> Values => [.. _outputs.Select((output, i) => (output.Name, _values[i].ToArray()))];

        public void Begin() => _values = [.. _outputs.Select(_ => new List<float>())];

        public void Add(ReadOnlySpan<double> observation, ReadOnlySpan<double> action)
        {
            Repeat(observation, _observation.Values);
            _scaler?.Apply(_observation.Values);
            Repeat(action, _action.Values);
            _program.Run();
            for (int i = 0; i < _outputs.Length; i++)
            {
                _values[i].Add(_outputs[i].Value.Value);
            }
        }

        private static void Repeat(ReadOnlySpan<double> row, Span<float> rows)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = (float)row[i % row.Length];
            }
        }
    }
}
