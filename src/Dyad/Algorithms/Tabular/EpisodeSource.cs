using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>
/// Where a tabular learner's samples come from: an MDP with random streams of its own, the latest transitions (the buffer D
/// of Wen et al. 2021, appendix D.1.2), and every start state seen so far (the buffer O).
/// </summary>
internal sealed class EpisodeSource
{
    private readonly SampledMdp _environment;
    private readonly RandomStream _actions;
    private readonly RandomStream _replay;
    private readonly List<int> _starts = [];

    /// <summary>A source of as many transitions at a time.</summary>
    public EpisodeSource(Mdp mdp, int episodeLength, RandomStream stream)
    {
        _environment = new SampledMdp(mdp, stream.Split("environment"));
        _actions = stream.Split("actions");
        _replay = stream.Split("replay");
        Rollout = new TabularRollout(episodeLength);
    }

    /// <summary>The latest transitions, D.</summary>
    public TabularRollout Rollout { get; }

    /// <summary>Start states kept, |O|.</summary>
    public int Starts => _starts.Count;

    /// <summary>Runs the policy from a fresh start, through further episodes where one terminates, and keeps the start states.</summary>
    public void Collect(TabularPolicy policy)
    {
        Rollout.Collect(_environment, policy, _actions);
        _starts.AddRange(Rollout.Starts);
    }

    /// <summary>Runs one episode, which ends at a termination or at the source's length.</summary>
    public void CollectEpisode(TabularPolicy policy) => Rollout.Collect(_environment, policy, _actions, oneEpisode: true);

    /// <summary>A start state drawn uniformly from O.</summary>
    public int SampleStart() => _starts[_replay.Index(_starts.Count)];

    /// <summary>An action drawn from the policy, for an update that needs a fresh one.</summary>
    public int SampleAction(TabularPolicy policy, int state) => _replay.Categorical(policy.At(state));

    /// <summary>Saves or loads start states and streams; the transitions are made anew by the next <see cref="Collect"/>.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.List("starts", _starts);
        _environment.Serialize(archive);
        _actions.Serialize(archive);
        _replay.Serialize(archive);
    }
}
