using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>Estimates of what an actor could ascend along, on batches.</summary>
internal interface IActorGradients
{
    /// <summary>Names of the estimators, the plain one first.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Whether total derivatives follow the agent's own rule; otherwise one with default options.</summary>
    bool IsOwnRule { get; }

    /// <summary>Computes all estimates on a new batch.</summary>
    /// <param name="random">Draws batch and noise.</param>
    /// <param name="results">Receives one ascent direction an estimator, each as long as the actor.</param>
    void Compute(RandomStream random, IReadOnlyList<float[]> results);
}

/// <summary>
/// What an agent's actor could ascend along, estimated on batches from its replay: <c>plain</c>, minus the gradient of its cost
/// with the critic q alone; <c>residual</c>, the same with q + w (Wen et al. 2021, section 4.3), where the agent has a
/// res-critic; <c>stackelberg</c>, minus the total derivative of the plain cost with the actor leading (Zheng et al. 2021, eq. 15),
/// by the agent's rule where its actor leads and by default options otherwise; and <c>residual-stackelberg</c>, that of the cost
/// with q + w, where the agent has a res-critic and its actor leads.
/// </summary>
internal sealed class ActorGradients : IActorGradients
{
    private readonly List<(string Name, Action<Span<float>> Copy)> _estimators = [];
    private readonly List<LeaderOnBatch> _leaders = [];
    private readonly CompiledProgram _individual;

    /// <summary>Compiles the estimators.</summary>
    /// <param name="agent">The agent; what is computed follows its parameters.</param>
    /// <param name="batchSize">Transitions in a batch.</param>
    /// <param name="solver">Random numbers of the solver of the implicit part.</param>
    public ActorGradients(GameAgent agent, int batchSize, RandomStream solver)
    {
        var leading = new LeaderOnBatch(agent, Player.Actor, batchSize, corrected: false, solver);
        _leaders.Add(leading);
        IsOwnRule = leading.IsOwnRule;
        (ActorCriticGame<float> plain, ActorCriticGame<float> corrected) = (leading.First.Plain, leading.First.Game);
        var builder = new ProgramBuilder<float>();
        Add("plain", plain);
        bool isCorrected = !ReferenceEquals(plain, corrected);
        if (isCorrected)
        {
            Add("residual", corrected);
        }

        _individual = builder.Build();
        AddLeader("stackelberg", leading);
        if (isCorrected && leading.IsOwnRule)
        {
            _leaders.Add(new LeaderOnBatch(agent, Player.Actor, batchSize, corrected: true, solver));
            AddLeader("residual-stackelberg", _leaders[^1]);
        }

        void Add(string name, ActorCriticGame<float> game)
        {
            Output<float> gradient = builder.Output(Derivatives.Gradient(game.ActorCost, game.Actor));
            _estimators.Add((name, result => TensorPrimitives.Negate(gradient.Values, result)));
        }

        void AddLeader(string name, LeaderOnBatch leader) =>
            _estimators.Add((name, result => TensorPrimitives.Negate(leader.Directions.Actor.Values, result)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [.. _estimators.Select(estimator => estimator.Name)];

    /// <inheritdoc/>
    public bool IsOwnRule { get; }

    /// <inheritdoc/>
    public void Compute(RandomStream random, IReadOnlyList<float[]> results)
    {
        foreach (LeaderOnBatch leader in _leaders)
        {
            leader.Draw(random);
            leader.Directions.Actor.Compute();
        }

        _individual.Run();
        for (int i = 0; i < _estimators.Count; i++)
        {
            _estimators[i].Copy(results[i]);
        }
    }
}
