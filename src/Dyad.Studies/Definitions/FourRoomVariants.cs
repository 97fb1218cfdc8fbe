using System.Globalization;
using System.Numerics.Tensors;
using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Locating;
using Dyad.Numerics;
using Dyad.Studies.Results;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>Variants on the FourRoom task, which several studies share.</summary>
internal static class FourRoomVariants
{
    /// <summary>What this project chose where the paper leaves the task open.</summary>
    public const string TaskNote =
        "The paper's FourRoom: starts uniform over the unoccupied cells, a reward of 1 at the goal and 0 elsewhere. Ours are the grid, the "
        + "13 x 13 of Sutton, Precup and Singh (1999) with 104 cells; four deterministic moves, where a move into a wall stays; the goal, "
        + "the east hallway; and what follows it: entering it pays 1 and the next step leads to a start state.";

    /// <summary>
    /// The task under the three rules for its goal, by environment name; the first is the one that studies use unless they
    /// compare rules. Immutable, so that all runs share them.
    /// </summary>
    public static IReadOnlyList<(string Environment, string Rule, Mdp Mdp)> Tasks { get; } =
        [.. FourRoom.Tasks.Select(task => (task.Name, RuleOf(task.Goal), FourRoom.Create(goal: task.Goal)))];

    /// <summary>The task that studies use unless they compare rules.</summary>
    public static Mdp Task => Tasks[0].Mdp;

    /// <summary>Legend of each method.</summary>
    public static string Legend(string label) => label switch
    {
        "actor-o" => "Actor_o-Critic",
        "actor-g" => "Actor_g-Critic",
        "stack-ac" => "Stack-AC",
        "res-ac" => "Res-AC",
        "policy-gradient" => "Policy gradient",
        _ => label,
    };

    /// <summary>A method that learns from samples.</summary>
    /// <param name="method">One of the four of the paper's figure 1.</param>
    /// <param name="steps">Steps of each run.</param>
    /// <param name="measureEvery">Steps between two rows of metrics.</param>
    /// <param name="label">Name in folders; the method's if null.</param>
    /// <param name="environment">The task, with its rule for the goal.</param>
    /// <param name="changes">Options that differ from their defaults, which are the paper's, by name.</param>
    public static Variant Sampled(
        string method, long steps, long measureEvery, string? label = null, string environment = "FourRoom", params IEnumerable<(string, string)> changes)
    {
        Mdp mdp = MdpOf(environment);
        ResolvedMethod<Mdp, IIterative> resolved = MethodCatalog.Tabular(method).With([.. changes]);
        return new Variant(
            label ?? method, environment, steps, measureEvery, MethodConfig.Of(resolved.Id, resolved.Options), seed => resolved.Create(mdp, new RandomStream(seed)),
            Export: (learner, folder) => TabularPolicyFile.Write(learner, folder))
        {
            Task = TaskOf(environment),
        };
    }

    /// <summary>A line over values of an option: the mean over seeds, with its 95 % interval where there is one.</summary>
    public static Series Sweep(string legend, double[] values, Func<double, double[]> results)
    {
        double[][] all = [.. values.Select(results)];
        bool band = all.All(x => x.Length > 1);
        return new Series(
            legend, values, [.. all.Select(x => Statistics.Mean(x))], band ? [.. all.Select(x => Statistics.MeanInterval(x).Low)] : null,
            band ? [.. all.Select(x => Statistics.MeanInterval(x).High)] : null, all[0].Length);
    }

    /// <summary>A number in labels and options.</summary>
    public static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A learner that knows the model; its seed matters where its first critic is drawn.</summary>
    public static Variant Exact(
        string label, ExactActorCriticOptions options, long steps, long measureEvery, string environment = "FourRoom")
    {
        Mdp mdp = MdpOf(environment);
        return new Variant(
            label, environment, steps, measureEvery, MethodConfig.Of("exact-actor-critic", OptionBinder.Values(options)),
            seed => new ExactActorCritic(mdp, options, new RandomStream(seed)), IsDeterministic: options.CriticDeviation == 0,
            Export: (learner, folder) => TabularPolicyFile.Write(learner, folder))
        {
            Task = TaskOf(environment),
        };
    }

    /// <summary>The largest expected discounted return from a start state.</summary>
    public static double OptimalReturn(string environment = "FourRoom")
    {
        Mdp mdp = MdpOf(environment);
        return TensorPrimitives.Dot(mdp.Initial, DynamicProgramming.PolicyIteration(mdp).StateValue);
    }

    /// <summary>The expected discounted return of the uniform policy from a start state.</summary>
    public static double RandomReturn(string environment = "FourRoom")
    {
        Mdp mdp = MdpOf(environment);
        return new PolicyEvaluation(mdp, TabularPolicy.Uniform(mdp)).Return;
    }

    private static string RuleOf(GoalRule goal) => goal switch
    {
        GoalRule.Absorb => "the goal absorbs",
        GoalRule.Stay => "the goal pays again",
        _ => "the next step restarts",
    };

    private static TaskConfig TaskOf(string environment) => new(environment, Fingerprint: TaskLocator.Find(environment).Fingerprint);

    private static Mdp MdpOf(string environment) => Tasks.First(task => task.Environment == environment).Mdp;
}
