using System.Numerics.Tensors;
using Dyad.Experience;

namespace Dyad.Algorithms;

/// <summary>How observations come into the inputs of programs: in single precision, and scaled where the agent scales them.</summary>
internal static class SeenObservation
{
    /// <summary>Writes observations, one after the other.</summary>
    /// <param name="observations">As the task writes them.</param>
    /// <param name="scaler">The agent's; null for none.</param>
    /// <param name="input">Receives its length of numbers.</param>
    public static void Write(ReadOnlySpan<double> observations, ObservationScaler? scaler, Span<float> input)
    {
        observations = observations[..input.Length];
        if (scaler is null)
        {
            TensorPrimitives.ConvertChecked(observations, input);
        }
        else
        {
            scaler.Apply(observations, input);
        }
    }
}
