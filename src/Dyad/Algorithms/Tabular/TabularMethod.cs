using System.Diagnostics.CodeAnalysis;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>A tabular method by name, with options that are set by name.</summary>
public sealed class TabularMethod
{
    private readonly Func<IEnumerable<(string, string)>, (Func<Mdp, RandomStream, IIterative>, IReadOnlyList<(string, object)>)> _bind;

    private TabularMethod(
        string name,
        string description,
        string source,
        long defaultSteps,
        Func<IEnumerable<(string, string)>, (Func<Mdp, RandomStream, IIterative>, IReadOnlyList<(string, object)>)> bind)
    {
        Name = name;
        Description = description;
        Source = source;
        DefaultSteps = defaultSteps;
        _bind = bind;
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TabularMethod> All { get; } =
    [
        Of<ActorOCriticOptions>(
            "actor-o", "Actor_o-Critic from samples: good actions in start states", "Wen et al. 2021, algorithm 1",
            (mdp, options, stream) => new ActorOCritic(mdp, options, stream)),
        Of<ActorCriticOptions>(
            "actor-g", "Actor_g-Critic from samples: the usual actor-critic", "Wen et al. 2021, algorithm 2",
            (mdp, options, stream) => new ActorGCritic(mdp, options, stream)),
        Of<StackelbergActorCriticOptions>(
            "stack-ac", "Stackelberg actor-critic from samples, the actor leads", "Wen et al. 2021, algorithm 3",
            (mdp, options, stream) => new StackelbergActorCritic(mdp, options, stream)),
        Of<ResidualActorCriticOptions>(
            "res-ac", "Residual actor-critic from samples, with a res-critic", "Wen et al. 2021, algorithm 4",
            (mdp, options, stream) => new ResidualActorCritic(mdp, options, stream)),
        Of<ExactActorCriticOptions>(
            "policy-gradient", "Ascent along the exact policy gradient, or any cell of table 1, with a known model", "Wen et al. 2021, table 1",
            (mdp, options, _) => new ExactActorCritic(mdp, options), defaultSteps: 2000),
        Of<PolicyIterationOptions>(
            "policy-iteration", "Greedy improvement and exact evaluation with a known model", "Wen et al. 2021, table 1",
            (mdp, _, _) => new ExactActorCritic(mdp, new ExactActorCriticOptions { Actor = ActorUpdate.Greedy }), defaultSteps: 20),
        Of<QLearningOptions>(
            "q-learning", "Q-learning with epsilon-greedy exploration", "Watkins 1989; Wen et al. 2021, equation 17",
            (mdp, options, stream) => new QLearning(mdp, options, stream)),
        Of<TabularReinforceOptions>(
            "tabular-reinforce", "REINFORCE with a state-value baseline", "Lecture on soft actor-critic, algorithm 1",
            (mdp, options, stream) => new TabularReinforce(mdp, options, stream)),
        Of<TabularOneStepActorCriticOptions>(
            "tabular-one-step-ac", "One-step actor-critic", "Lecture on soft actor-critic, algorithm 3",
            (mdp, options, stream) => new TabularOneStepActorCritic(mdp, options, stream)),
    ];

    /// <summary>Name on the command line.</summary>
    public string Name { get; }

    /// <summary>What it is.</summary>
    public string Description { get; }

    /// <summary>Where it comes from.</summary>
    public string Source { get; }

    /// <summary>Steps of a run unless the user says otherwise: environment steps, or iterations with a known model.</summary>
    public long DefaultSteps { get; }

    /// <summary>A method by its name.</summary>
    /// <exception cref="UserError">There is no such method; the sentence names those there are.</exception>
    public static TabularMethod Find(string name) => All.FirstOrDefault(method => method.Name == name)
        ?? throw new UserError($"there is no method '{name}'; there are {string.Join(", ", All.Select(method => method.Name))}");

    /// <summary>The method with some of its options changed.</summary>
    /// <param name="changes">Options by name, with values as text.</param>
    /// <returns>What makes a learner of an MDP and a random stream, and all options with their values.</returns>
    /// <exception cref="UserError">There is no such option, or its value is not accepted.</exception>
    public (Func<Mdp, RandomStream, IIterative> Create, IReadOnlyList<(string Name, object Value)> Options) With(
        IEnumerable<(string Name, string Value)> changes) => _bind(changes);

    private static TabularMethod Of<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        string name, string description, string source, Func<Mdp, TOptions, RandomStream, IIterative> create, long defaultSteps = 150_000)
        where TOptions : class, new() => new(name, description, source, defaultSteps, changes =>
        {
            TOptions options = OptionBinder.With<TOptions>(changes);
            return ((mdp, stream) => create(mdp, options, stream), OptionBinder.Values(options));
        });

    private sealed record PolicyIterationOptions;
}
