using System.Numerics.Tensors;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// An on-policy agent's game on episodes that are played for it, at the agent's parameters of the moment: the agent, its environments
/// and its random numbers notice nothing. Episodes begin at a reset; as in the agent's epochs, the last one is cut, or goes on to its
/// end where the agent waits for it.
/// </summary>
public sealed class EpochBatch : IDisposable
{
    private readonly EpochAgent _agent;
    private readonly EpochAgent _copy;
    private readonly IEnvironment _environment;
    private readonly int _steps;
    private readonly double[] _observation;
    private readonly double[] _next;
    private readonly double[] _action;
    private readonly StepResult[] _result = new StepResult[1];

    /// <summary>No episodes yet.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="create">Makes an environment, with actions in [-1, 1] where they are real.</param>
    /// <param name="steps">Steps of a batch; null for as many as in an epoch.</param>
    /// <param name="corrected">Whether the actor's cost has the residual correction, where the agent has one.</param>
    public EpochBatch(EpochAgent agent, Func<IEnvironment> create, int? steps = null, bool corrected = true)
    {
        _agent = agent;
        _steps = steps ?? agent.Options.StepsPerEpoch;
        ActorCriticOptions options = agent.Options with { Environments = 1, StepsPerEpoch = _steps };
        _copy = new EpochAgent(agent.Task, corrected ? options : options with { Correction = new ResidualOptions() }, new RandomStream(0));
        _environment = create();
        try
        {
            agent.Task.Require(_environment);
        }
        catch
        {
            _environment.Dispose();
            throw;
        }

        _observation = new double[agent.Task.ObservationSize];
        _next = new double[_observation.Length];
        _action = new double[agent.Task.ActionSize];
    }

    /// <summary>Steps of the batch.</summary>
    public int Steps => _copy.Experience.Steps.Count;

    /// <summary>Stretches of the batch: episodes, and what of the last one is there.</summary>
    public int Stretches
    {
        get
        {
            int count = 0;
            foreach (bool last in _copy.Experience.Steps.Last)
            {
                count += last ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>The agent's likeness that has the batch.</summary>
    internal EpochAgent Copy => _copy;

    /// <summary>
    /// What the actor would follow as a leader, its game estimated in some form: by the agent's rule where its actor leads such a
    /// game and by one with default options otherwise.
    /// </summary>
    /// <param name="form">The form; a Q critic has only one.</param>
    /// <param name="solver">Random numbers of the solver.</param>
    internal EpisodeDirection Leading(EpisodeForm form, RandomStream solver)
    {
        ActorCriticOptions options = _copy.Options with { EpisodeForm = form, LengthOnly = false, Gradient = RuleOf(_agent) };
        options.CheckLeader();
        return _copy.Leading(options, solver);
    }

    /// <summary>The agent's rule where its actor leads the game of whole episodes; otherwise one with default options. A leader on PPO's surrogate has options of another game.</summary>
    internal static RuleOptions RuleOf(EpochAgent agent) =>
        agent.LeadsEpisodes ? agent.Options.Gradient : new RuleOptions { Rule = Rule.Stackelberg };

    /// <summary>Puts a leader's damping and warm start to where the agent has them, if it leads in the same form.</summary>
    internal void Restore(EpisodeDirection leading)
    {
        if (_agent.LeadsEpisodes)
        {
            StateArchive.Load(StateArchive.Save(_agent.ActorDirection.Serialize), leading.Serialize);
        }
    }

    /// <summary>Plays new episodes, and computes values, returns and weights of their steps.</summary>
    /// <param name="random">Draws starts and actions.</param>
    /// <param name="leaderStep">Is added to the actor's parameters before; empty for none.</param>
    /// <param name="cancellation">Stops it, between two episodes.</param>
    public void Draw(RandomStream random, ReadOnlySpan<float> leaderStep = default, CancellationToken cancellation = default)
    {
        var own = new RandomStream((long)random.NextBits());
        _copy.Follow(_agent);
        if (!leaderStep.IsEmpty)
        {
            TensorPrimitives.Add(_copy.Policy.Values, leaderStep, _copy.Policy.Values);
        }

        _copy.DrawBy(own.Split("exploration"), own.Split("values"));
        RandomStream starts = own.Split("starts");
        OnPolicyExperience experience = _copy.Experience;
        experience.Steps.Clear();
        bool over = true;
        for (int steps = 0; steps < _steps || (_copy.Options.WholeEpisodes && !over); steps++)
        {
            if (over)
            {
                cancellation.ThrowIfCancellationRequested();
                _environment.Reset(_observation, (long)starts.NextBits());
            }

            _copy.Act(_observation, _action, explore: true);
            _result[0] = _environment.Step(_action, _next);
            _copy.Keep(_observation, _result, _next);
            _next.CopyTo(_observation, 0);
            over = _result[0].Done;
        }

        if (experience.Steps.Count == 0)
        {
            throw new UserError("the simulator gave up on every step of the episodes that were played: there is nothing to look at");
        }

        _copy.Estimate();
    }

    /// <inheritdoc/>
    public void Dispose() => _environment.Dispose();
}
