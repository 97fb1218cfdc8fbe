using Dyad.Autodiff;

namespace Dyad.Algorithms;

/// <summary>An agent that says what it thinks of states and actions: what a replay shows beneath an episode.</summary>
public interface IValuing : IAgent
{
    /// <summary>
    /// States its values at its parameters of the moment, by name and rows x 1 each: <c>q</c>, <c>w</c> and <c>q + w</c> of (s, a), or
    /// <c>V</c> of s where its critic is one of states, and what it knows of its entropy.
    /// </summary>
    /// <param name="observation">s, rows x observation size.</param>
    /// <param name="action">a, rows x action size; of finitely many its number.</param>
    /// <param name="noise">Standard normal, rows x action size: what is a sample is the mean over many rows of one s.</param>
    IReadOnlyList<(string Name, Expression<float> Value)> Values(Input<float> observation, Input<float> action, Input<float> noise);
}
