using Dyad.Autodiff;

namespace Dyad.Algorithms;

/// <summary>A network of an agent, or what moves beside its networks.</summary>
/// <param name="Name">What it is, the same for every method of a family.</param>
/// <param name="Parameters">Its parameters, where the agent has them.</param>
/// <param name="Source">Of a target network, what it follows; null otherwise.</param>
public sealed record AgentNetwork(string Name, Parameters<float> Parameters, Parameters<float>? Source = null);
