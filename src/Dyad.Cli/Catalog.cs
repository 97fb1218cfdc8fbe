namespace Dyad.Cli;

/// <summary>The algorithms and environments that listings show.</summary>
internal static class Catalog
{
    /// <summary>Name, description and source of each algorithm.</summary>
    public static IReadOnlyList<(string Name, string Description, string Source)> Algorithms { get; } =
    [
        ("actor-o", "Tabular Actor_o-Critic from samples: good actions in start states", "Wen et al. 2021, algorithm 1"),
        ("actor-g", "Tabular Actor_g-Critic from samples: the usual actor-critic", "Wen et al. 2021, algorithm 2"),
        ("stack-ac", "Tabular Stackelberg actor-critic from samples, the actor leads", "Wen et al. 2021, algorithm 3"),
        ("res-ac", "Tabular residual actor-critic from samples, with a res-critic", "Wen et al. 2021, algorithm 4"),
        ("policy-gradient", "Ascent along the exact policy gradient of a known model", "Wen et al. 2021, equation 8"),
        ("policy-iteration", "Greedy improvement and exact evaluation of a known model", "Wen et al. 2021, table 1"),
        ("soft-policy-iteration", "Policy iteration with entropy, over all policies or a family", "Lecture on soft actor-critic, section 5.1"),
        ("q-learning", "Tabular Q-learning with epsilon-greedy exploration", "Watkins 1989; Wen et al. 2021, equation 17"),
        ("reinforce (tabular)", "REINFORCE with a state-value baseline", "Lecture on soft actor-critic, algorithm 1"),
        ("one-step-ac (tabular)", "One-step actor-critic", "Lecture on soft actor-critic, algorithm 3"),
    ];

    /// <summary>Name, description and source of each environment.</summary>
    public static IReadOnlyList<(string Name, string Description, string Source)> Environments { get; } =
    [
        ("FourRoom", "Four rooms, 104 cells, a goal in the east hallway, 4 moves", "Wen et al. 2021, figure 4a"),
    ];
}
