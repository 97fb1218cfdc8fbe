using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Games;

namespace Dyad.Algorithms;

/// <summary>The Hessian of a player's cost over the steps of an epoch, by its products.</summary>
internal sealed class EpochCurvature : ICurvature<float>
{
    private readonly OnPolicyExperience _experience;
    private readonly Parameters<float> _direction;
    private readonly Output<float> _output;
    private readonly CompiledProgram _program;
    private readonly Action? _freeze;
    private readonly Action? _draw;
    private readonly float[] _product;

    /// <summary>Compiles the product on a piece.</summary>
    /// <param name="experience">The steps.</param>
    /// <param name="player">Whose cost, a mean over <see cref="OnPolicyExperience.Inputs"/>.</param>
    /// <param name="freeze">Is called before each product: puts back what <paramref name="draw"/> draws by.</param>
    /// <param name="draw">As for <see cref="EpochGradient"/>.</param>
    public EpochCurvature(OnPolicyExperience experience, PlayerCost<float> player, Action? freeze = null, Action? draw = null)
    {
        (_experience, _freeze, _draw) = (experience, freeze, draw);
        _direction = player.Player.Like("direction");
        var builder = new ProgramBuilder<float>();
        _output = builder.Output(Derivatives.HessianVectorProduct(player.Cost, player.Player, _direction.Leaves));
        _program = builder.Build();
        _product = new float[player.Player.Count];
    }

    /// <inheritdoc/>
    public int Size => _product.Length;

    /// <inheritdoc/>
    public Span<float> Direction => _direction.Values;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Product => _product;

    /// <inheritdoc/>
    public void Multiply()
    {
        _freeze?.Invoke();
        _experience.Mean(_program, _output, _product, 0, _experience.Steps.Count, _draw);
    }
}
