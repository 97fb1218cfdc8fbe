namespace Dyad.Studies.Definitions;

/// <summary>A method of the paper's figure 1 with options, as a line of a study on FourRoom.</summary>
/// <param name="Name">Name in folders.</param>
/// <param name="Legend">Name in charts and sentences.</param>
/// <param name="Method">The method.</param>
/// <param name="Changes">Options that differ from the paper's.</param>
internal sealed record FourRoomLine(string Name, string Legend, string Method, params (string Name, string Value)[] Changes)
{
    /// <summary>The four methods, with the paper's options.</summary>
    public static IReadOnlyList<FourRoomLine> Four { get; } =
        [.. new[] { "actor-o", "actor-g", "stack-ac", "res-ac" }.Select(method => new FourRoomLine(method, FourRoomVariants.Legend(method), method))];

    /// <summary>Actor_o-Critic.</summary>
    public static FourRoomLine ActorO => Four[0];

    /// <summary>Actor_g-Critic.</summary>
    public static FourRoomLine ActorG => Four[1];

    /// <summary>Stack-AC.</summary>
    public static FourRoomLine StackAC => Four[2];

    /// <summary>Res-AC.</summary>
    public static FourRoomLine ResAC => Four[3];

    /// <summary>
    /// The control for Res-AC: at the start q + w moves towards the action values about twice as fast as q alone, and so does this
    /// critic.
    /// </summary>
    public static FourRoomLine Control { get; } =
        new("actor-g-fast-critic", "Actor_g, critic step 0.04", "actor-g", ("critic_learning_rate", "0.04"));

    /// <summary>Its label where the critic starts from N(0, deviation^2).</summary>
    public string LabelFrom(double deviation) => Name + FirstCritic.LabelSuffix(deviation);

    /// <summary>It as a variant whose critic starts from N(0, deviation^2).</summary>
    public Variant From(double deviation, long steps, long measureEvery, string environment = "FourRoom") => FourRoomVariants.Sampled(
        Method, steps, measureEvery, LabelFrom(deviation), environment,
        deviation == 0 ? Changes : [("critic_deviation", FourRoomVariants.Text(deviation)), .. Changes]);
}
