namespace Dyad.Studies.Definitions;

/// <summary>The critic that learning on FourRoom starts from, its entries drawn from N(0, sigma^2): the choice on which the paper's figures hang.</summary>
internal static class FirstCritic
{
    /// <summary>What studies note of it.</summary>
    public const string Note =
        "The paper says \"Initialize theta, phi\" and does not initialise psi in algorithm 4. The first critic's entries are drawn here from "
        + "N(0, sigma^2), by the seed and alike for all methods; sigma = 0 is a critic of zeros. Logits and res-critic start at zero.";

    /// <summary>What a finding that depends on it names.</summary>
    public const string Choice = "the first critic, which the paper does not state";

    /// <summary>Values of sigma; at quick scale the two ends.</summary>
    public static double[] Deviations(StudyScale scale) => scale == StudyScale.Quick ? [0, 1] : [0, 0.7, 1];

    /// <summary>It in words: "zeros", "N(0, 0.7^2)", "N(0, 1)".</summary>
    public static string Words(double deviation) => deviation == 0 ? "zeros" : deviation == 1 ? "N(0, 1)" : $"N(0, {FourRoomVariants.Text(deviation)}^2)";

    /// <summary>"From zeros": what a finding holds under it begins so.</summary>
    public static string From(double deviation) => $"From {Words(deviation)}";

    /// <summary>What the label of a line from it ends with.</summary>
    public static string LabelSuffix(double deviation) => deviation == 0 ? "" : $"-from-{FourRoomVariants.Text(deviation)}";

    /// <summary>What the name of a chart of such lines ends with; it has no dots.</summary>
    public static string IdSuffix(double deviation) => LabelSuffix(deviation).Replace('.', '-');
}
