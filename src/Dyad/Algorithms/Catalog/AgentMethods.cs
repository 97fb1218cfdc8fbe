using System.Diagnostics.CodeAnalysis;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Algorithms.Catalog;

/// <summary>The neural methods, one table: families, and what leaders and corrections make of them.</summary>
public static class AgentMethods
{
    private const string Zheng = "Zheng et al. 2021, algorithms 1 and 2";
    private const string Residual = "Wen et al. 2021, section 4.3 and appendix D.2, algorithm 5";
    private const string SemiGradient = "Wen et al. 2021, section 5 and appendix C.2";

    // What a leader and a correction can make of a plain method.
    private static readonly (Player? Leader, bool SemiGradient, bool Corrected)[] Parts =
    [
        (Player.Actor, false, false), (Player.Critic, false, false), (Player.Actor, true, false),
        (null, false, true), (Player.Actor, false, true), (Player.Critic, false, true), (Player.Actor, true, true),
    ];

    // Squashed into the box, which must have ends.
    private static readonly Func<AgentTask, string?> NeedsBox = task => task.Actions is Box { IsBounded: true } ? null
        : task.Actions is Box ? "actions that are real vectors between finite bounds" : "actions that are real vectors";

    // One output each, for combinations of several choices too.
    private const int MostActions = 4096;
    private static readonly Func<AgentTask, string?> NeedsFinite = task => task.ActionCount == 0 ? "actions that are finitely many"
        : task.Actions is MultiDiscrete && task.ActionCount > MostActions ? $"choices with at most {MostActions} combinations" : null;

    private static readonly Family<ActorCriticOptions> Ac = new(
        MethodFamily.Ac, "On-policy actor-critic", "On-policy actor-critic with a V or Q critic, in epochs", "Zheng et al. 2021, section 3.3",
        (task, options, stream) => ActorCritic.Agent(task, options, stream), options => (options.Gradient, options.Correction))
    {
        LedSource = "Zheng et al. 2021, section 4.2",

        // The res-critic is for a Q critic that the actor follows.
        Required = id => id.Corrected ? [("critic", "q"), ("direct_term", "critic")] : [],
        DefaultSteps = 150_000,
    };

    private static readonly Family<PpoOptions> Ppo = new(
        MethodFamily.Ppo, "PPO", "Proximal policy optimization: a clipped surrogate, several passes over a rollout in minibatches", "Schulman et al. 2017",
        (task, options, stream) => Algorithms.Ppo.Agent(task, options, stream), options => (options.Gradient, options.Correction))
    {
        DefaultSteps = 500_000,
        CombinedSource = "Schulman et al. 2017; ",
        LedSource = "after Zheng et al. 2021, section 4.2",
        Required = id => id.Leader is not null ? [("minibatches", "segments")] : [],
    };

    // The algorithm of BLPO's authors; sizes and step lengths are the presets'.
    private static readonly Family<PpoOptions> PpoNested = new(
        MethodFamily.PpoNested, "PPO-Nested", "PPO with a critic nested in each minibatch, which is an environment's whole trajectory: BLPO without its correction",
        "Prakash et al. 2025", (task, options, stream) => Algorithms.Ppo.Agent(task, options, stream), options => (options.Gradient, options.Correction))
    {
        DefaultSteps = 500_000,
        LedSource = "Prakash et al. 2025, and their code",
        Required = id =>
        [
            ("minibatches", "segments"), ("minibatch_size", "0"), ("minibatch_advantages", "true"), ("normalize_advantages", "false"), ("order", "in-turn"),
            ("value_coefficient", "2"), ("gradient_clip", "0"),
            .. id.Leader is null ? Array.Empty<(string, string)>() :
            [
                ("coupling", "as-published"), ("leader_value", "advantage"), ("solver", "nystrom"), ("solver_iterations", "5"), ("damping", "50"),
                ("nystrom_sampling", "columns"), ("nystrom_jitter", "1"),
            ],
        ],
    };

    // What makes PPO the synchronous advantage actor-critic.
    private static readonly Family<PpoOptions> A2c = new(
        MethodFamily.A2c, "A2C", "Synchronous advantage actor-critic: PPO with a single pass over the whole of a short rollout", "Mnih et al. 2016",
        (task, options, stream) => Algorithms.Ppo.Agent(task, options, stream), options => (options.Gradient, options.Correction))
    {
        Required = id =>
        [
            ("minibatches", id.Leader is null ? "shuffled" : "segments"), ("passes", "1"), ("minibatch_size", "0"), ("gae_lambda", "1"), ("normalize_advantages", "false"), ("environments", "8"),
            ("steps_per_epoch", "40"), ("actor_learning_rate", "7e-4"), ("critic_learning_rate", "7e-4"),
        ],
        DefaultSteps = 500_000,
        CombinedSource = "Mnih et al. 2016; ",
    };

    // A leader needs a cost of the critic that depends on the actor.
    private static readonly Func<MethodId, IReadOnlyList<(string, string)>> CurrentPolicy =
        id => id.Leader is not null ? [("next_action", "current-policy")] : [];

    private static readonly Family<DdpgOptions> Ddpg = new(
        MethodFamily.Ddpg, "DDPG", "Deep deterministic policy gradient, with a target policy or the current one",
        "Lillicrap et al. 2016; Zheng et al. 2021, section 3.3",
        (task, options, stream) => Algorithms.Ddpg.Agent(task.ObservationSize, task.ActionSize, options, stream), options => (options.Gradient, options.Correction))
    {
        Needs = NeedsBox,
        Required = CurrentPolicy,
    };

    // No paper has its combinations.
    private static readonly Family<Td3Options> Td3 = new(
        MethodFamily.Td3, "TD3", "Twin delayed DDPG: the smaller of two critics, smoothed target actions, a delayed actor", "Fujimoto et al. 2018",
        (task, options, stream) => Algorithms.Td3.Agent(task.ObservationSize, task.ActionSize, options, stream), options => (options.Gradient, options.Correction))
    {
        Needs = NeedsBox,
        Required = CurrentPolicy,
        CombinedSource = "Fujimoto et al. 2018; ",
    };

    private static readonly Family<SacOptions> Sac = new(
        MethodFamily.Sac, "SAC", "Soft actor-critic, with twin critics and a tuned entropy weight",
        "Haarnoja et al. 2018; lecture on soft actor-critic, section 5.2",
        (task, options, stream) => Algorithms.Sac.Agent(task.ObservationSize, task.ActionSize, options, stream), options => (options.Gradient, options.Correction))
    {
        Needs = NeedsBox,
    };

    // No paper has its combinations.
    private static readonly Family<SacDiscreteOptions> SacDiscrete = new(
        MethodFamily.SacDiscrete, "SAC for finitely many actions", "Soft actor-critic for finitely many actions, with the expectation over them", "Christodoulou 2019",
        (task, options, stream) => Algorithms.SacDiscrete.Agent(task.ObservationSize, task.ActionCount, options, stream), options => (options.Gradient, options.Correction))
    {
        Needs = NeedsFinite,
        CombinedSource = "Christodoulou 2019; ",
    };

    /// <summary>Those with a name of their own, in the order of a listing.</summary>
    public static IReadOnlyList<Method<AgentTask, IAgent>> All { get; } =
    [
        Method.Of<AgentTask, IAgent, ReinforceOptions>(
            new(MethodFamily.Reinforce), "REINFORCE with a learned baseline, whole episodes", "Williams 1992; lecture on soft actor-critic, algorithm 1",
            (task, options, stream) => new Reinforce(task, options, stream)),
        Method.Of<AgentTask, IAgent, OneStepActorCriticOptions>(
            new(MethodFamily.OneStepAc), "One-step actor-critic: an update after every step", "Lecture on soft actor-critic, algorithm 3",
            (task, options, stream) => new OneStepActorCritic(task, options, stream)),
        Ac.Plain,
        Ac.Led(Player.Actor),
        Ppo.Plain,
        Ppo.Led(Player.Actor),
        Ppo.Corrected,
        PpoNested.Plain,
        PpoNested.Led(Player.Actor),
        A2c.Plain,
        Method.Of<AgentTask, IAgent, DqnOptions>(
            new(MethodFamily.Dqn), "Deep Q-learning with a target network, for finitely many actions",
            "Mnih et al. 2015; lecture on soft actor-critic, algorithm 2",
            (task, options, stream) => new Dqn(task.ObservationSize, task.ActionCount, options, stream), NeedsFinite, defaultSteps: 100_000),
        Ddpg.Plain,
        Ddpg.Led(Player.Actor),
        Ddpg.Led(Player.Critic),
        Ddpg.Corrected,
        Td3.Plain,
        Td3.Led(Player.Actor),
        Td3.Corrected,
        Sac.Plain,
        Sac.Led(Player.Actor),
        Sac.Led(Player.Critic),
        Sac.Corrected,
        Sac.Led(Player.Actor, semiGradient: true),
        Method.Of<AgentTask, IAgent, SacVOptions>(
            new(MethodFamily.SacV), "Soft actor-critic with a value network, whose target network is averaged or copied",
            "Haarnoja et al. 2018; lecture on soft actor-critic, algorithm 4",
            (task, options, stream) => new SacV(task.ObservationSize, task.ActionSize, options, stream), NeedsBox, defaultSteps: 100_000),
        SacDiscrete.Plain,
    ];

    /// <summary>Further combinations of leader and correction, which no paper names: found by the name that is printed of them.</summary>
    public static IReadOnlyList<Method<AgentTask, IAgent>> Combinations { get; } =
    [
        Ac.Corrected,
        A2c.Led(Player.Actor),
        A2c.Corrected,
        .. Ddpg.Combinations(),
        .. Td3.Combinations(),
        .. Sac.Combinations(),
        .. SacDiscrete.Combinations(),
    ];

    /// <summary>Holds a task against what a method needs.</summary>
    /// <param name="method">The method.</param>
    /// <param name="task">The task.</param>
    /// <param name="name">Name of the task, for the sentence.</param>
    /// <exception cref="UserError">The method cannot learn this task; the sentence names methods that can.</exception>
    public static void Check(Method<AgentTask, IAgent> method, AgentTask task, string name)
    {
        if (method.Needs(task) is string needs)
        {
            string[] others = [.. All.Where(other => other.Needs(task) is null).Select(other => other.Name)];
            throw new UserError($"{method.Name} needs {needs}, and those of {name} are not"
                + (others.Length > 0 ? $"; methods for it: {string.Join(", ", others)}" : ""));
        }
    }

    // A family that takes leaders and a correction; titles and sources of its combinations are put together from their parts.
    private sealed record Family<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        MethodFamily Name,
        string Title,
        string Description,
        string Source,
        Func<AgentTask, TOptions, RandomStream, IAgent> Create,
        Func<TOptions, (RuleOptions, ResidualOptions)> Game)
        where TOptions : class, new()
    {
        public Func<AgentTask, string?>? Needs { get; init; }

        public Func<MethodId, IReadOnlyList<(string, string)>>? Required { get; init; }

        public long DefaultSteps { get; init; } = 100_000;

        public string LedSource { get; init; } = Zheng;

        public string CombinedSource { get; init; } = "";

        public Method<AgentTask, IAgent> Plain => Of(new(Name), Description, Source);

        public Method<AgentTask, IAgent> Corrected => Combined(new(Name) { Corrected = true });

        public Method<AgentTask, IAgent> Led(Player leader, bool semiGradient = false) =>
            Combined(new(Name) { Leader = leader, SemiGradient = semiGradient });

        /// <summary>All combinations that <see cref="All"/> has not.</summary>
        public IEnumerable<Method<AgentTask, IAgent>> Combinations() =>
            from part in Parts
            let id = new MethodId(Name) { Leader = part.Leader, SemiGradient = part.SemiGradient, Corrected = part.Corrected }
            where All.All(method => method.Id != id)
            select Combined(id);

        private Method<AgentTask, IAgent> Combined(MethodId id)
        {
            string? led = id.Leader is Player leader
                ? $"the {OptionBinder.Text(leader)} leading" + (id.SemiGradient ? ", by the semi-gradient on replayed actions" : ": it follows its total derivative")
                : null;
            string? corrected = id.Corrected ? "a res-critic that corrects the critic its actor follows" : null;
            string[] sources = [.. led is null ? [] : new[] { id.SemiGradient ? SemiGradient : LedSource }, .. corrected is null ? [] : new[] { Residual }];
            return Of(
                id, $"{Title} with {string.Join("; and with ", new[] { led, corrected }.OfType<string>())}", CombinedSource + string.Join("; ", sources));
        }

        private Method<AgentTask, IAgent> Of(MethodId id, string description, string source) =>
            Method.Of(id, description, source, Create, Needs, DefaultSteps, Game, Required);
    }
}
