using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Tabular;

namespace Dyad.Cli.Commands;

/// <summary>What <c>dyad tabular</c> tells about a policy and a critic, as JSON or as tables.</summary>
internal sealed class TabularAnalysis
{
    // Larger ones have |S|^2 |A|^2 numbers to print.
    private const int LargestJacobian = 256;
    private const int LargestStateTable = 24;

    private readonly Mdp _mdp;
    private readonly PolicyEvaluation _evaluation;
    private readonly (string Policy, string Critic) _names;
    private readonly double[] _critic;
    private readonly ExactGradients _plain;
    private readonly ExactGradients _soft;
    private readonly OptimalSolution? _optimal;
    private readonly OptimalSolution? _softOptimal;
    private readonly IReadOnlyList<GradientGap> _gaps;
    private readonly IReadOnlyList<GradientGap> _softGaps;

    // Why something is not there, by its names in JSON.
    private readonly List<(string[] Names, string Words, string Reason)> _missing = [];

    /// <summary>The quantities of a policy and a critic.</summary>
    /// <param name="evaluation">The policy's exact quantities; must stay at this policy.</param>
    /// <param name="names">Where policy and critic come from, in words.</param>
    /// <param name="critic">q_phi.</param>
    /// <param name="temperature">alpha of the soft quantities.</param>
    /// <param name="damping">eta of the damped row.</param>
    /// <param name="optimal">The optimum; null where there is none.</param>
    /// <param name="softOptimal">The optimum with entropy; null where there is none.</param>
    /// <param name="noOptimum">Why there is none.</param>
    public TabularAnalysis(
        PolicyEvaluation evaluation, (string Policy, string Critic) names, double[] critic, double temperature, double damping,
        OptimalSolution? optimal, OptimalSolution? softOptimal, string? noOptimum)
    {
        _mdp = evaluation.Mdp;
        _evaluation = evaluation;
        _names = names;
        _critic = critic;
        _plain = new ExactGradients(_evaluation, critic);
        _soft = new ExactGradients(_evaluation, critic, temperature);
        _optimal = optimal;
        _softOptimal = softOptimal;
        _gaps = GradientGap.Table(_evaluation, _plain, damping);
        _softGaps = GradientGap.Table(_evaluation, _soft, damping);
        if (StackelbergGradients.NeverVisited(_evaluation) is var (state, action))
        {
            _missing.Add((
                ["stackelberg", "stackelberg_semi"], "the Stackelberg rows without damping",
                $"they need a policy that visits every pair, and state {state}, action {action} is never visited"));
        }

        if (_mdp.Pairs > LargestJacobian)
        {
            _missing.Add((["occupancy_jacobian"], "", $"it is given up to {LargestJacobian} state-action pairs, and these are {_mdp.Pairs}"));
        }

        if (noOptimum is not null)
        {
            _missing.Add((["optimal_value", "optimal_return", "soft_optimal_value"], "the optimal values", noOptimum));
        }
    }

    public JsonObject ToJson()
    {
        ReadOnlySpan<double> d = _evaluation.Occupancy;
        var document = new JsonObject
        {
            ["states"] = _mdp.States,
            ["actions"] = _mdp.Actions,
            ["gamma"] = _mdp.Discount,
            ["policy_name"] = _names.Policy,
            ["critic_name"] = _names.Critic,
            ["policy"] = Pairs(_evaluation.Policy.Probabilities),
            ["critic"] = Pairs(_critic),
            ["return"] = Finite(_evaluation.Return),
            ["objective"] = Finite(_plain.Objective),
            ["objective_primal"] = Finite(_plain.PrimalObjective),
            ["actor_objective"] = Finite(_plain.ActorObjective),
            ["critic_objective"] = Finite(_plain.CriticObjective),
            ["objective_gap"] = Finite(_plain.ObjectiveGap),
            ["v_pi"] = Vector(_evaluation.StateValue),
            ["q_pi"] = Pairs(_evaluation.ActionValue),
            ["state_occupancy"] = Vector(_evaluation.StateOccupancy),
            ["occupancy"] = Pairs(d),
            ["residual"] = Pairs(_plain.Residual),
            ["bellman_residual_grad"] = Pairs(_plain.BellmanResidualGradient(d)),
            ["semi_grad"] = Pairs(_plain.SemiGradient(d)),
        };
        AddGradients(document, _plain, _gaps);
        document["occupancy_jacobian"] = _mdp.Pairs <= LargestJacobian ? Jacobian() : null;
        document["optimal_value"] = _optimal is null ? null : Vector(_optimal.StateValue);
        document["optimal_return"] = Finite(Start(_optimal));

        var soft = new JsonObject
        {
            ["temperature"] = _soft.Temperature,
            ["objective"] = Finite(_soft.Objective),
            ["actor_objective"] = Finite(_soft.ActorObjective),
            ["objective_gap"] = Finite(_soft.ObjectiveGap),
            ["residual"] = Pairs(_soft.Residual),
        };
        AddGradients(soft, _soft, _softGaps);
        document["soft_q"] = Pairs(_evaluation.SoftActionValue(_soft.Temperature));
        document["soft_optimal_value"] = _softOptimal is null ? null : Vector(_softOptimal.StateValue);
        document["soft"] = soft;
        document["missing"] = new JsonObject(
            from entry in _missing from name in entry.Names select KeyValuePair.Create<string, JsonNode?>(name, entry.Reason));
        return document;
    }

    public void Print()
    {
        string terminations = _mdp.TerminalStates.Count == 0 ? "" : $", {_mdp.TerminalStates.Count} of the states terminal";
        Output.Line($"{_mdp.States} states, {_mdp.Actions} actions, gamma {_mdp.Discount:0.######}{terminations}");
        Output.Line($"Policy: {_names.Policy}");
        Output.Line($"Critic: {_names.Critic}");
        Output.Table("Objectives", ["quantity", "#value"],
        [
            ["expected discounted return mu0' v", Number(_evaluation.Return)],
            [_mdp.Discount < 1 ? "objective J = (1 - gamma) return" : "objective J = return, as gamma is 1", Number(_plain.Objective)],
            ["actor's objective J_pi under the critic", Number(_plain.ActorObjective)],
            ["gap J - J_pi = d' delta", Number(_plain.ObjectiveGap)],
            ["critic's objective J_q", Number(_plain.CriticObjective)],
            ["optimal return", Number(Start(_optimal))],
            [$"objective with entropy, alpha = {_soft.Temperature:0.###}", Number(_soft.Objective)],
            [$"optimal return with entropy, alpha = {_soft.Temperature:0.###}", Number(Start(_softOptimal))],
        ]);
        if (_mdp.States <= LargestStateTable)
        {
            Output.Table("States", ["#state", "#v_pi", "#optimal v", "#occupancy"], Enumerable.Range(0, _mdp.States).Select(s => new[]
            {
                $"{s}", Number(_evaluation.StateValue[s]), Number(_optimal?.StateValue[s] ?? double.NaN), Number(_evaluation.StateOccupancy[s]),
            }));
        }

        PrintGaps("Estimators of the policy gradient (in the logits)", _gaps);
        PrintGaps($"With entropy, alpha = {_soft.Temperature:0.###}", _softGaps);
        if (_gaps[0].Norm == 0)
        {
            Output.Line("The policy gradient is zero here, as for every deterministic policy: no cosines.");
        }

        foreach ((_, string words, string reason) in _missing.Where(entry => entry.Words.Length > 0))
        {
            Output.Line($"Not here: {words}; {reason}.");
        }
    }

    private static void PrintGaps(string title, IReadOnlyList<GradientGap> gaps) =>
        Output.Table(title, ["estimator", "#norm", "#bias", "#relative bias", "#cosine"], gaps.Select(gap => new[]
        {
            gap.Estimator, Number(gap.Norm), Number(gap.Bias), Number(gap.RelativeBias), Number(gap.Cosine),
        }));

    private void AddGradients(JsonObject target, ExactGradients gradients, IReadOnlyList<GradientGap> gaps)
    {
        target["policy_gradient"] = Pairs(gradients.PolicyGradient());
        target["actor_g"] = Pairs(gradients.ActorG());
        target["actor_o"] = Pairs(gradients.ActorO());
        target["correction_g"] = Pairs(gradients.CorrectionG());
        target["correction_o"] = Pairs(gradients.CorrectionO());
        bool fullSupport = StackelbergGradients.NeverVisited(_evaluation) is null;
        target["stackelberg"] = fullSupport ? Pairs(StackelbergGradients.Full(_evaluation, gradients)) : null;
        target["stackelberg_semi"] = fullSupport ? Pairs(StackelbergGradients.Semi(_evaluation, gradients)) : null;
        target["gaps"] = new JsonArray([.. gaps.Select(gap => new JsonObject
        {
            ["estimator"] = gap.Estimator,
            ["norm"] = Finite(gap.Norm),
            ["bias"] = Finite(gap.Bias),
            ["relative_bias"] = Finite(gap.RelativeBias),
            ["cosine"] = Finite(gap.Cosine),
        })]);
    }

    private JsonArray Jacobian()
    {
        double[,] jacobian = _plain.OccupancyJacobian();
        var rows = new JsonArray();
        for (int i = 0; i < _mdp.Pairs; i++)
        {
            var row = new JsonArray();
            for (int j = 0; j < _mdp.Pairs; j++)
            {
                row.Add(Finite(jacobian[i, j]));
            }

            rows.Add(row);
        }

        return rows;
    }

    private double Start(OptimalSolution? solution) =>
        solution is null ? double.NaN : TensorPrimitives.Dot(_mdp.Initial, solution.StateValue);

    private JsonArray Pairs(ReadOnlySpan<double> values)
    {
        var rows = new JsonArray();
        for (int s = 0; s < _mdp.States; s++)
        {
            rows.Add(Vector(values.Slice(s * _mdp.Actions, _mdp.Actions)));
        }

        return rows;
    }

    private static JsonArray Vector(ReadOnlySpan<double> values)
    {
        var array = new JsonArray();
        foreach (double value in values)
        {
            array.Add(Finite(value));
        }

        return array;
    }

    // JSON has no infinity: what overflows is null, as in metrics.
    private static JsonValue? Finite(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static string Number(double value) => double.IsNaN(value) ? "-"
        : value != 0 && Math.Abs(value) < 1e-3 ? value.ToString("0.000e0", null)
        : value.ToString("0.000000", null);
}
