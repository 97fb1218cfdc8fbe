using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Experience;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// The leading actor of the on-policy game (STAC, Zheng et al. 2021, section 4.2): fills <see cref="EpisodeGame"/> from the stretches
/// of a rollout and turns the plain gradient into the total derivative. A stretch is an episode, or what of it lies in the epoch;
/// its first state counts as a start, and a return that is cut short goes on with V.
/// <para>
/// J is taken per step, as the plain actor's cost: per episode it would be longer by the mean length of one, and by the standard
/// deviation of A_t where that is normalised. Metrics: those of the rule, and <c>train/implicit_episodes</c>, stretches that the
/// implicit part was estimated from.
/// </para>
/// </summary>
internal sealed class EpisodeLeader
{
    // At first; the sample-space solver's matrix has as many rows.
    private const int FirstEpisodes = 256;

    private readonly AgentTask _task;
    private readonly ActorCriticOptions _options;
    private readonly OnPolicyActor _actor;
    private readonly OnPolicyCritic _critic;
    private readonly RandomStream _stream;
    private readonly Input<float> _unit = new("unit of J", 1, 1);
    private readonly RunningMeans _means = new("train/implicit_episodes");
    private GradientSample[] _samples;
    private Game<float> _combined;
    private TotalDirection<float> _leader;

    /// <summary>Compiles the total derivative.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">The form of the game, and the rule.</param>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    /// <param name="stream">The method's random numbers.</param>
    public EpisodeLeader(AgentTask task, ActorCriticOptions options, OnPolicyActor actor, OnPolicyCritic critic, RandomStream stream)
    {
        (_task, _options, _actor, _critic, _stream) = (task, options, actor, critic, stream);
        (_samples, _combined, _leader) = Compile(options.StepsPerEpoch, Math.Min(options.StepsPerEpoch, FirstEpisodes));
    }

    /// <summary>Computes the total derivative of an epoch that is closed and has its advantages and returns.</summary>
    /// <param name="experience">The epoch.</param>
    public void Compute(OnPolicyExperience experience)
    {
        ReadOnlySpan<bool> last = experience.Steps.Last;
        int all = 0;
        foreach (bool end in last)
        {
            all += end ? 1 : 0;
        }

        _unit.Values[0] = (float)(all / (last.Length * experience.AdvantageUnit));
        int used = Math.Max(1, (int)Math.Round(all * _options.ImplicitShare));
        int groups = Math.Min(used, _samples.Length), kept = 0;
        MakeRoom(last.Length, used);
        foreach (GradientSample sample in _samples)
        {
            sample.Clear();
        }

        for (int i = 0, first = 0, number = 0; i < last.Length && number < used; i++)
        {
            if (!last[i])
            {
                continue;
            }

            // Fewer stretches than factors: some share one.
            for (int j = number % groups; j < _samples.Length; j += groups)
            {
                _samples[j].Add(experience, first, i + 1 - first, _options.Discount);
                kept++;
            }

            number++;
            first = i + 1;
        }

        foreach (GradientSample sample in _samples)
        {
            sample.Close();
        }

        _means.Add(kept);
        _leader.Compute();
    }

    /// <summary>
    /// Whether the game states its own direct term: theorem 1 and the one-step objective differentiate the first action alone;
    /// elsewhere it is the plain gradient.
    /// </summary>
    public bool HasOwnDirectTerm => _options.Critic == CriticKind.Q || _options.EpisodeForm == EpisodeForm.OneStep;

    /// <summary>The total derivative of the last computation.</summary>
    public TotalDerivative<float> Total => _leader.Total;

    /// <summary>The game on the stretches of the last computation; another one where there was no room for them before.</summary>
    public Game<float> Combined => _combined;

    /// <summary>Records what happened since the last call.</summary>
    public void Measure(IMetrics metrics)
    {
        _leader.Measure(metrics);
        _means.Flush(metrics);
    }

    /// <summary>Saves or loads what later directions depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        _leader.Serialize(archive);
        _means.Serialize(archive);
    }

    // An epoch of whole episodes has no largest length: where it is longer than any before, the programs are compiled anew, and the
    // direction goes on where it was.
    private void MakeRoom(int steps, int episodes)
    {
        GradientSample sample = _samples[0];
        if (steps > sample.StepCapacity || episodes > sample.EpisodeCapacity)
        {
            byte[] state = StateArchive.Save(_leader.Serialize);
            (_samples, _combined, _leader) = Compile(Grown(steps, sample.StepCapacity), Grown(episodes, sample.EpisodeCapacity));
            StateArchive.Load(state, _leader.Serialize);
        }

        static int Grown(int needed, int capacity) => needed > capacity ? 2 * needed : capacity;
    }

    private (GradientSample[] Samples, Game<float> Combined, TotalDirection<float> Leader) Compile(int steps, int episodes)
    {
        GradientSample[] samples = [.. Enumerable.Range(0, _options.Gradient.Batches).Select(_ => new GradientSample(_task, steps, episodes))];
        Game<float>[] games = [.. samples.Select(sample => Game(_options, sample.Inputs, _actor, _critic))];
        return (samples, TotalDirection<float>.Combine(_options.Gradient, games),
            new TotalDirection<float>(new ProgramBuilder<float>(), _options.Gradient, games, _stream.Split("solver")));
    }

    private Game<float> Game(ActorCriticOptions options, EpisodeInputs<float> batch, OnPolicyActor actor, OnPolicyCritic critic)
    {
        Expression<float> logProbability = actor.LogProbability(batch);
        if (options.EpisodeForm == EpisodeForm.AsPublished)
        {
            return EpisodeGame.AsPublished(actor.Parameters, critic.Parameters, batch, logProbability, critic.Value);
        }

        Game<float> game = options.Critic == CriticKind.Q
            ? EpisodeGame.OfActionValue(actor.Parameters, critic.Parameters, batch, logProbability, batch.OfFirst(critic.Taken(batch)))
            : EpisodeGame.OfStateValue(
                actor.Parameters, critic.Parameters, batch, logProbability, critic.Value,
                options.EpisodeForm == EpisodeForm.OneStep ? LeaderObjective.OneStep : LeaderObjective.StartValue, options.Discount);
        return game with
        {
            LeaderCost = HasOwnDirectTerm ? _unit * game.LeaderCost : ActorCritic.ActorCost(batch, logProbability),
            LeaderCostInFollower = _unit * game.LeaderCostInFollower,
        };
    }

    // The stretches that one factor is estimated from.
    private sealed class GradientSample
    {
        private readonly Extent _steps;
        private readonly Extent _episodes;
        private readonly int _observationSize;
        private readonly int _actionSize;
        private int _stepCount;
        private int _episodeCount;

        public GradientSample(AgentTask task, int steps, int episodes)
        {
            _steps = new Extent("episode steps", steps);
            _episodes = new Extent("episodes", episodes);
            _observationSize = task.ObservationSize;
            _actionSize = task.ActionSize;
            Inputs = new EpisodeInputs<float>(_steps, _episodes, _observationSize, _actionSize);
        }

        public EpisodeInputs<float> Inputs { get; }

        public int StepCapacity => _steps.Capacity;

        public int EpisodeCapacity => _episodes.Capacity;

        public void Clear()
        {
            _stepCount = _episodeCount = 0;
            _steps.Count = _steps.Capacity;
            _episodes.Count = _episodes.Capacity;
        }

        public void Add(OnPolicyExperience experience, int first, int count, double discount)
        {
            Rollout steps = experience.Steps;
            Copy(steps.Observations, Inputs.Observation, _observationSize);
            Copy(steps.NextObservations, Inputs.NextObservation, _observationSize);
            Copy(steps.Actions, Inputs.Action, _actionSize);
            Copy(steps.Rewards, Inputs.Reward, 1);
            Copy(steps.Terminated, Inputs.Terminated, 1);
            Copy(experience.Weights, Inputs.Weight, 1);
            Copy(experience.Returns, Inputs.Return, 1);
            Inputs.SetChoices(steps.Actions.Slice(first * _actionSize, count * _actionSize), _stepCount);
            Span<int> episode = Inputs.Episode.Values.Slice(_stepCount, count);
            Span<float> discounted = Inputs.DiscountedReturn.Values.Slice(_stepCount, count);
            double power = 1;
            for (int i = 0; i < count; i++)
            {
                episode[i] = _episodeCount;
                discounted[i] = (float)(power * experience.Advantages[first + i]);
                power *= discount;
            }

            Inputs.First.Values[_episodeCount++] = _stepCount;
            _stepCount += count;

            void Copy(ReadOnlySpan<float> from, Input<float> to, int size) =>
                from.Slice(first * size, count * size).CopyTo(to.Values[(_stepCount * size)..]);
        }

        public void Close()
        {
            _steps.Count = _stepCount;
            _episodes.Count = _episodeCount;
        }
    }
}
