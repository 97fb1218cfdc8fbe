using Dyad.Networks;

namespace Dyad.Algorithms;

/// <summary>How a network is drawn.</summary>
/// <param name="Kind">The distribution.</param>
/// <param name="HiddenGain">Factor of orthogonal weights of all layers but the last.</param>
/// <param name="LastGain">Factor of orthogonal weights of the last layer.</param>
internal readonly record struct InitialWeights(Initialization Kind, double HiddenGain, double LastGain);
