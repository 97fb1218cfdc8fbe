using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Tabular;

namespace Dyad.Diagnostics;

/// <summary>
/// J of a policy that is a softmax of a network, in a finite MDP, exactly and in double, with its gradient in the network's parameters:
/// the gradient in the logits of all states (Wen et al. 2021, eq. 8; with entropy appendix C), pulled back through the network.
/// <para>
/// J = (1 - gamma) E sum_t gamma^t (r_t + alpha H(pi(.|s_t))), over all steps; at gamma = 1 the factor is left out.
/// </para>
/// </summary>
internal sealed class ExactObjective
{
    private readonly Mdp _mdp;
    private readonly double _temperature;
    private readonly PolicyEvaluation _evaluation;
    private readonly TabularPolicy _policy;
    private readonly Input<double> _weights;
    private readonly CompiledProgram _forward;
    private readonly CompiledProgram _backward;
    private readonly Output<double> _logits;
    private readonly Output<double> _gradient;

    /// <summary>Compiles a network on all states; its numbers are <see cref="Theta"/>.</summary>
    /// <param name="mdp">The process, with the discount of J.</param>
    /// <param name="observations">What the network sees of each state, states x inputs.</param>
    /// <param name="network">Sizes of the network's layers: inputs, hidden layers, actions.</param>
    /// <param name="activation">Function between layers.</param>
    /// <param name="temperature">alpha; 0 for J without entropy.</param>
    public ExactObjective(Mdp mdp, ReadOnlySpan<double> observations, IReadOnlyList<int> network, Activation activation, double temperature)
    {
        (_mdp, _temperature) = (mdp, temperature);
        _evaluation = PolicyEvaluation.ForLearner(mdp);
        _policy = TabularPolicy.Uniform(mdp);
        var seen = new Input<double>("states", mdp.States, network[0]);
        observations.CopyTo(seen.Values);
        _weights = new Input<double>("weights", mdp.States, mdp.Actions);
        Expression<double> logits = new Mlp<double>(Theta, "policy", network, activation).Apply(seen);
        var builder = new ProgramBuilder<double>();
        _logits = builder.Output(logits);
        _forward = builder.Build();
        builder = new ProgramBuilder<double>();
        _gradient = builder.Output(Derivatives.Gradient(Operations.Sum(logits * _weights), Theta));
        _backward = builder.Build();
    }

    /// <summary>theta. After it has changed, <see cref="Evaluate"/>.</summary>
    public Parameters<double> Theta { get; } = new("theta");

    /// <summary>J, with the factor 1 - gamma.</summary>
    public double Value => With(new double[_mdp.Pairs]).PrimalObjective;

    /// <summary>Computes the policy at theta and its exact quantities.</summary>
    public void Evaluate()
    {
        _forward.Run();
        _policy.SetLogits(_logits.Values);
        _evaluation.Evaluate(_policy);
    }

    /// <summary>The gradient of J in theta.</summary>
    public double[] Gradient() => PullBack(With(new double[_mdp.Pairs]).PolicyGradient());

    /// <summary>Actor_g with a critic (Wen et al. 2021, eq. 9; with entropy eq. 89) in theta: the policy gradient with q in the place of q_pi.</summary>
    /// <param name="critic">q, |S||A| entries.</param>
    public double[] ActorG(ReadOnlySpan<double> critic) => PullBack(With(critic).ActorG());

    /// <summary>q_pi of the policy, with the entropy of later actions and not of the present one; |S||A| entries.</summary>
    public double[] ActionValue() => _evaluation.SoftActionValue(_temperature);

    /// <summary>The root of the mean square of q - q_pi over the policy's discounted visits, those of terminations left out.</summary>
    /// <param name="critic">q, |S||A| entries.</param>
    public double CriticError(ReadOnlySpan<double> critic)
    {
        double[] truth = ActionValue();
        double sum = 0, total = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            double weight = _mdp.IsTerminal(i / _mdp.Actions) ? 0 : _evaluation.Occupancy[i];
            sum += weight * (critic[i] - truth[i]) * (critic[i] - truth[i]);
            total += weight;
        }

        return total > 0 ? Math.Sqrt(sum / total) : 0;
    }

    // The derivative in theta of x'logits.
    private double[] PullBack(ReadOnlySpan<double> x)
    {
        x.CopyTo(_weights.Values);
        _backward.Run();
        return _gradient.Values.ToArray();
    }

    private ExactGradients With(ReadOnlySpan<double> critic) => new(_evaluation, critic, _temperature);
}
