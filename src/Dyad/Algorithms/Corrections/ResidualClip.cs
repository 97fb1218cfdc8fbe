using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>c, the bound of a res-critic's reward, by the rule of <see cref="ClipRule"/>.</summary>
internal sealed class ResidualClip
{
    private readonly ResidualOptions _options;
    private double _value;

    /// <summary>The bound before the first batch.</summary>
    public ResidualClip(ResidualOptions options)
    {
        _options = options;
        _value = options.ResidualClipRule switch
        {
            ClipRule.Fixed => options.ResidualClip,
            ClipRule.Adaptive => double.NaN,
            _ => double.PositiveInfinity,
        };
    }

    /// <summary>c.</summary>
    public double Value => _value;

    /// <summary>c &lt;- c + rate (quantile of the batch's |delta| - c) by the adaptive rule, from the first batch's on.</summary>
    /// <param name="errors">Has measured the batch.</param>
    public void Adapt(TdErrorMeter errors)
    {
        if (_options.ResidualClipRule == ClipRule.Adaptive)
        {
            double quantile = errors.Quantile(_options.ResidualClipQuantile);
            _value = double.IsNaN(_value) ? quantile : _value + (_options.ResidualClipRate * (quantile - _value));
        }
    }

    /// <summary>Fraction of a batch beyond c.</summary>
    public double Clipped(ReadOnlySpan<float> errors)
    {
        int beyond = 0;
        foreach (float error in errors)
        {
            beyond += Math.Abs(error) > _value ? 1 : 0;
        }

        return (double)beyond / errors.Length;
    }

    /// <summary>delta held in [-c, c] (Wen et al. 2021, appendix D.2.1), without derivative.</summary>
    /// <param name="error">delta, batch x 1.</param>
    /// <param name="clip">c, 1 x 1, at least 0.</param>
    public static Expression<T> Hold<T>(Expression<T> error, Expression<T> clip)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Stop(Max(Min(error, clip), -clip));

    /// <summary>Saves or loads c.</summary>
    public void Serialize(StateArchive archive) => archive.Value("clip", ref _value);
}
