using Dyad.Tabular;

namespace Dyad.Environments.ToyText;

/// <summary>One thing that an action may lead to.</summary>
/// <param name="Probability">How likely it is.</param>
/// <param name="Next">The state.</param>
/// <param name="Reward">What it pays.</param>
/// <param name="Terminated">Whether the episode ends.</param>
internal readonly record struct ToyOutcome(double Probability, int Next, double Reward, bool Terminated);

/// <summary>
/// A finite task as Gymnasium's toy-text tasks state theirs: what each action may lead to, with a reward of its own for each outcome.
/// </summary>
/// <param name="Outcomes">Of each state-action pair, entry <c>s * Actions + a</c>.</param>
/// <param name="Initial">mu0, an entry a state.</param>
internal sealed record ToyTable(IReadOnlyList<IReadOnlyList<ToyOutcome>> Outcomes, IReadOnlyList<double> Initial)
{
    /// <summary>gamma of <see cref="ToMdp"/> where nothing else is said: these tasks have none of their own.</summary>
    public const double Discount = 0.99;

    /// <summary>|S|.</summary>
    public int States => Initial.Count;

    /// <summary>|A|.</summary>
    public int Actions => Outcomes.Count / States;

    /// <summary>What an action may lead to.</summary>
    public IReadOnlyList<ToyOutcome> Of(int state, int action) => Outcomes[(state * Actions) + action];

    /// <summary>
    /// The same as an MDP: a reward is the expected one of its pair, and a transition that terminates leads to a state without a
    /// future, added as the last one.
    /// </summary>
    /// <param name="discount">gamma.</param>
    public Mdp ToMdp(double discount = Discount)
    {
        IEnumerable<IReadOnlyList<(int, double)>> rows = Outcomes.Select(outcomes => (IReadOnlyList<(int, double)>)
            [.. outcomes.GroupBy(outcome => outcome.Terminated ? States : outcome.Next).Select(same => (same.Key, same.Sum(outcome => outcome.Probability)))]);
        return new Mdp(
            [.. Outcomes.Select(outcomes => outcomes.Sum(outcome => outcome.Probability * outcome.Reward)), .. Enumerable.Repeat(0.0, Actions)],
            [.. rows, .. Enumerable.Repeat<IReadOnlyList<(int, double)>>([(States, 1.0)], Actions)],
            [.. Initial, 0.0],
            discount);
    }
}
