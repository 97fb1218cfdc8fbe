using Dyad.Cli.Terminal;
using Dyad.Tabular;

namespace Dyad.Cli.Commands;

/// <summary>What <c>dyad tabular</c> prints.</summary>
internal static class TabularTables
{
    private const int LargestStateTable = 24;

    public static void Print(Mdp mdp, MdpAnalysis analysis, string policy, string critic)
    {
        string terminations = mdp.TerminalStates.Count == 0 ? "" : $", {mdp.TerminalStates.Count} of the states terminal";
        StandardOutput.Line($"{mdp.States} states, {mdp.Actions} actions, gamma {mdp.Discount:0.######}{terminations}");
        StandardOutput.Line($"Policy: {policy}");
        StandardOutput.Line($"Critic: {critic}");
        StandardOutput.Table("Objectives", ["quantity", "#value"],
        [
            ["expected discounted return mu0' v", Number(analysis.Evaluation.Return)],
            [mdp.Discount < 1 ? "objective J = (1 - gamma) return" : "objective J = return, as gamma is 1", Number(analysis.Plain.Objective)],
            ["actor's objective J_pi under the critic", Number(analysis.Plain.ActorObjective)],
            ["gap J - J_pi = d' delta", Number(analysis.Plain.ObjectiveGap)],
            ["critic's objective J_q", Number(analysis.Plain.CriticObjective)],
            ["optimal return", Number(analysis.OptimalReturn)],
            [$"objective with entropy, alpha = {analysis.Soft.Temperature:0.###}", Number(analysis.Soft.Objective)],
            [$"optimal return with entropy, alpha = {analysis.Soft.Temperature:0.###}", Number(analysis.SoftOptimalReturn)],
        ]);
        if (mdp.States <= LargestStateTable)
        {
            StandardOutput.Table("States", ["#state", "#v_pi", "#optimal v", "#occupancy"], Enumerable.Range(0, mdp.States).Select(s => new[]
            {
                $"{s}", Number(analysis.Evaluation.StateValue[s]), Number(analysis.Optimal?.StateValue[s] ?? double.NaN), Number(analysis.Evaluation.StateOccupancy[s]),
            }));
        }

        PrintGaps("Estimators of the policy gradient (in the logits)", analysis.Gaps);
        PrintGaps($"With entropy, alpha = {analysis.Soft.Temperature:0.###}", analysis.SoftGaps);
        if (analysis.Gaps[0].Norm == 0)
        {
            StandardOutput.Line("The policy gradient is zero here, as for every deterministic policy: no cosines.");
        }

        foreach ((_, string words, string reason) in analysis.Missing.Where(entry => entry.Words.Length > 0))
        {
            StandardOutput.Line($"Not here: {words}; {reason}.");
        }
    }

    private static void PrintGaps(string title, IReadOnlyList<GradientGap> gaps) =>
        StandardOutput.Table(title, ["estimator", "#norm", "#bias", "#relative bias", "#cosine"], gaps.Select(gap => new[]
        {
            gap.Estimator, Number(gap.Norm), Number(gap.Bias), Number(gap.RelativeBias), Number(gap.Cosine),
        }));

    private static string Number(double value) => double.IsNaN(value) ? "-"
        : value != 0 && Math.Abs(value) < 1e-3 ? value.ToString("0.000e0", null)
        : value.ToString("0.000000", null);
}
