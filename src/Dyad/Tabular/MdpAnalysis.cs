using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Tabular;

/// <summary>
/// Everything exact that is to be said of a policy and a critic in a finite MDP, with and without entropy: objectives, values,
/// occupancy, gradients, and how far each estimator is from the policy gradient (Wen et al. 2021, sections 3 to 5).
/// </summary>
public sealed class MdpAnalysis
{
    // Larger ones have |S|^2 |A|^2 numbers.
    private const int LargestJacobian = 256;

    private readonly Mdp _mdp;
    private readonly double[] _critic;

    /// <summary>An analysis.</summary>
    /// <param name="mdp">The process; at gamma = 1 every policy must terminate surely.</param>
    /// <param name="policy">pi.</param>
    /// <param name="critic">q_phi, |S||A| entries.</param>
    /// <param name="temperature">alpha: weight of the entropy in the soft quantities.</param>
    /// <param name="damping">eta: damping of the damped Stackelberg row.</param>
    /// <exception cref="UserError">gamma is 1, and not every policy terminates; or the memory is not there.</exception>
    /// <exception cref="ArithmeticException">The numbers are too large to compute with.</exception>
    public MdpAnalysis(Mdp mdp, TabularPolicy policy, double[] critic, double temperature, double damping)
        : this(
            new PolicyEvaluation(mdp, policy), critic, temperature, damping,
            DynamicProgramming.PolicyIteration(mdp), SoftPolicyIteration.Solve(mdp, temperature))
    {
    }

    /// <summary>An analysis whose parts are there.</summary>
    /// <param name="evaluation">The policy's exact quantities; must stay at this policy.</param>
    /// <param name="critic">q_phi, |S||A| entries.</param>
    /// <param name="temperature">alpha.</param>
    /// <param name="damping">eta.</param>
    /// <param name="optimal">The optimum; null where there is none.</param>
    /// <param name="softOptimal">The optimum with entropy; null where there is none.</param>
    /// <param name="noOptimum">Why there is none.</param>
    /// <exception cref="ArithmeticException">The numbers are too large to compute with.</exception>
    public MdpAnalysis(
        PolicyEvaluation evaluation, double[] critic, double temperature, double damping,
        OptimalSolution? optimal, OptimalSolution? softOptimal, string? noOptimum = null)
    {
        _mdp = evaluation.Mdp;
        _critic = critic;
        Evaluation = evaluation;
        Plain = new ExactGradients(Evaluation, critic);
        Soft = new ExactGradients(Evaluation, critic, temperature);
        Optimal = optimal;
        SoftOptimal = softOptimal;
        Gaps = GradientGap.Table(Evaluation, Plain, damping);
        SoftGaps = GradientGap.Table(Evaluation, Soft, damping);
        Missing = [.. WhatIsMissing(noOptimum)];
    }

    /// <summary>The policy's values and occupancy.</summary>
    public PolicyEvaluation Evaluation { get; }

    /// <summary>Objectives and gradients without entropy.</summary>
    public ExactGradients Plain { get; }

    /// <summary>Objectives and gradients with entropy.</summary>
    public ExactGradients Soft { get; }

    /// <summary>The optimal policy and its values; null where there is none.</summary>
    public OptimalSolution? Optimal { get; }

    /// <summary>The same with entropy.</summary>
    public OptimalSolution? SoftOptimal { get; }

    /// <summary>The estimators of the policy gradient, held against it.</summary>
    public IReadOnlyList<GradientGap> Gaps { get; }

    /// <summary>The same with entropy.</summary>
    public IReadOnlyList<GradientGap> SoftGaps { get; }

    /// <summary>What is not there: its names in the document, in words where people would look for it, and why.</summary>
    public IReadOnlyList<(string[] Names, string Words, string Reason)> Missing { get; }

    /// <summary>The optimal expected discounted return; NaN where there is none.</summary>
    public double OptimalReturn => Start(Optimal);

    /// <summary>The same with entropy.</summary>
    public double SoftOptimalReturn => Start(SoftOptimal);

    /// <summary>All of it as a document; what is no finite number is null.</summary>
    public JsonObject ToJson()
    {
        ReadOnlySpan<double> d = Evaluation.Occupancy;
        var document = new JsonObject
        {
            ["states"] = _mdp.States,
            ["actions"] = _mdp.Actions,
            ["gamma"] = _mdp.Discount,
            ["policy"] = Pairs(Evaluation.Policy.Probabilities),
            ["critic"] = Pairs(_critic),
            ["return"] = Finite(Evaluation.Return),
            ["objective"] = Finite(Plain.Objective),
            ["objective_primal"] = Finite(Plain.PrimalObjective),
            ["actor_objective"] = Finite(Plain.ActorObjective),
            ["critic_objective"] = Finite(Plain.CriticObjective),
            ["objective_gap"] = Finite(Plain.ObjectiveGap),
            ["v_pi"] = Vector(Evaluation.StateValue),
            ["q_pi"] = Pairs(Evaluation.ActionValue),
            ["state_occupancy"] = Vector(Evaluation.StateOccupancy),
            ["occupancy"] = Pairs(d),
            ["residual"] = Pairs(Plain.Residual),
            ["bellman_residual_grad"] = Pairs(Plain.BellmanResidualGradient(d)),
            ["semi_grad"] = Pairs(Plain.SemiGradient(d)),
        };
        AddGradients(document, Plain, Gaps);
        document["occupancy_jacobian"] = _mdp.Pairs <= LargestJacobian ? Jacobian() : null;
        document["optimal_value"] = Optimal is null ? null : Vector(Optimal.StateValue);
        document["optimal_return"] = Finite(OptimalReturn);

        var soft = new JsonObject
        {
            ["temperature"] = Soft.Temperature,
            ["objective"] = Finite(Soft.Objective),
            ["actor_objective"] = Finite(Soft.ActorObjective),
            ["objective_gap"] = Finite(Soft.ObjectiveGap),
            ["residual"] = Pairs(Soft.Residual),
        };
        AddGradients(soft, Soft, SoftGaps);
        document["soft_q"] = Pairs(Evaluation.SoftActionValue(Soft.Temperature));
        document["soft_optimal_value"] = SoftOptimal is null ? null : Vector(SoftOptimal.StateValue);
        document["soft"] = soft;
        document["missing"] = new JsonObject(
            from entry in Missing from name in entry.Names select KeyValuePair.Create<string, JsonNode?>(name, entry.Reason));
        return document;
    }

    private void AddGradients(JsonObject target, ExactGradients gradients, IReadOnlyList<GradientGap> gaps)
    {
        target["policy_gradient"] = Pairs(gradients.PolicyGradient());
        target["actor_g"] = Pairs(gradients.ActorG());
        target["actor_o"] = Pairs(gradients.ActorO());
        target["correction_g"] = Pairs(gradients.CorrectionG());
        target["correction_o"] = Pairs(gradients.CorrectionO());
        bool fullSupport = StackelbergGradients.NeverVisited(Evaluation) is null;
        target["stackelberg"] = fullSupport ? Pairs(StackelbergGradients.Full(Evaluation, gradients)) : null;
        target["stackelberg_semi"] = fullSupport ? Pairs(StackelbergGradients.Semi(Evaluation, gradients)) : null;
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
        double[,] jacobian = Plain.OccupancyJacobian();
        var rows = new JsonArray();
        for (int i = 0; i < _mdp.Pairs; i++)
        {
            var row = new JsonArray();
            for (int j = 0; j < _mdp.Pairs; j++)
            {
                row.Add((JsonNode?)Finite(jacobian[i, j]));
            }

            rows.Add((JsonNode)row);
        }

        return rows;
    }

    private IEnumerable<(string[] Names, string Words, string Reason)> WhatIsMissing(string? noOptimum)
    {
        if (StackelbergGradients.NeverVisited(Evaluation) is var (state, action))
        {
            yield return (
                ["stackelberg", "stackelberg_semi"], "the Stackelberg rows without damping",
                $"they need a policy that visits every pair, and state {state}, action {action} is never visited");
        }

        if (_mdp.Pairs > LargestJacobian)
        {
            yield return (["occupancy_jacobian"], "", $"it is given up to {LargestJacobian} state-action pairs, and these are {_mdp.Pairs}");
        }

        if (noOptimum is not null)
        {
            yield return (["optimal_value", "optimal_return", "soft_optimal_value"], "the optimal values", noOptimum);
        }
    }

    private double Start(OptimalSolution? solution) =>
        solution is null ? double.NaN : TensorPrimitives.Dot(_mdp.Initial, solution.StateValue);

    private JsonArray Pairs(ReadOnlySpan<double> values)
    {
        var rows = new JsonArray();
        for (int s = 0; s < _mdp.States; s++)
        {
            rows.Add((JsonNode)Vector(values.Slice(s * _mdp.Actions, _mdp.Actions)));
        }

        return rows;
    }

    private static JsonArray Vector(ReadOnlySpan<double> values)
    {
        var array = new JsonArray();
        foreach (double value in values)
        {
            array.Add((JsonNode?)Finite(value));
        }

        return array;
    }

    // JSON has no infinity: what overflows is null, as in metrics.
    private static JsonValue? Finite(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;
}
